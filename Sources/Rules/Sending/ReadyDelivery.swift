import Mappings

/// A delivery that may be tried now, as it waits in memory.
package struct ReadyDelivery: Sendable {
    package enum Content: Sendable {
        /// Handed over right after its commit.
        case conversion(Conversion)
        /// Read back from the store; decoded when it is tried.
        case document([UInt8])
    }

    package var id: ConversionID
    /// Tries so far, as `DueDelivery` counts them.
    package var attempts: Int
    package var content: Content
    /// As `DueDelivery` has them; a conversion that is handed over right after its commit is in its first round and follows nothing.
    package var round: Int
    package var predecessor: DeliveryState?
    package var there: String?
    package var isCorrection = false
    /// What has become of its lines; nil if none was tried, or it is one request.
    package var lines: DeliveryLines?
    /// The store's `claimEpoch` when this came to be this process's own.
    package var claimEpoch: Int

    package init(
        id: ConversionID, attempts: Int, content: Content, round: Int = 0, predecessor: DeliveryState? = nil, claimEpoch: Int = 0
    ) {
        self.id = id
        self.attempts = attempts
        self.content = content
        self.round = round
        self.predecessor = predecessor
        self.claimEpoch = claimEpoch
    }

    package init(_ due: DueDelivery) {
        self.init(
            id: due.id.conversion, attempts: due.attempts, content: .document(due.document), round: due.round, predecessor: due.predecessor,
            claimEpoch: due.claimEpoch)
        isCorrection = due.isCorrection
        lines = due.lines.flatMap { DeliveryLines(text: $0) }
        there = due.there
    }

    package var conversion: Conversion {
        get throws {
            switch content {
            case .conversion(let known): known
            case .document(let document): try Conversion(document: document)
            }
        }
    }
}
