import Mappings

/// One request on its way to being judged.
package struct Arrival: Sendable {
    /// The conversion's id, if the request becomes one.
    package var id: ConversionID
    /// The conversion's time.
    package var receivedAt: Timestamp
    /// When the request reached the gateway: earlier than `receivedAt` if a kept request is run again.
    package var arrivedAt: Timestamp
    package var request: WireRequest
    package var sender: Sender
    /// Only the beginning of the body was taken in, or nothing of it.
    package var isCut: Bool
    /// The name that a trusted proxy gave the request, the same at each of its tries.
    package var requestID: String?
    /// A warning of its conversion: what an operator did with it. Nil for what came from a sender.
    package var note: String?
    /// How many conversions came in the same request.
    package var count = 1

    package init(
        id: ConversionID, receivedAt: Timestamp, arrivedAt: Timestamp? = nil, request: WireRequest, sender: Sender, isCut: Bool = false,
        requestID: String? = nil, note: String? = nil
    ) {
        self.id = id
        self.receivedAt = receivedAt
        self.arrivedAt = arrivedAt ?? receivedAt
        self.request = request
        self.sender = sender
        self.isCut = isCut
        self.requestID = requestID
        self.note = note
    }

    /// What decides whose request it is.
    package enum Sender: Sendable {
        /// The request itself, by its credentials. The address is nil for a peer without an IP address.
        case peer(text: String, address: IPAddress?)
        /// The request itself, by its credentials. An operator has it in a file, so no address is judged.
        case file
        /// An operator, about a request that was kept: its credentials are gone. The peer is the one that sent it first.
        case named(source: String, peer: String)
    }

    /// What the store keeps as the sender's address.
    package var peer: String {
        switch sender {
        case .peer(let text, _): text
        case .file: ""
        case .named(_, let peer): peer
        }
    }
}
