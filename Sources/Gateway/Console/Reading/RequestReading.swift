import Mappings
import Rules

/// How today's configuration reads a request that is stored: the judge that serves decides, and says where each field came from.
struct RequestReading {
    /// By canonical name.
    private(set) var origins: [String: String] = [:]
    /// What a later request must share to be the same conversion.
    private(set) var key = ""
    private(set) var conversion: Conversion?
    /// Why it would be refused today.
    private(set) var refusal: Refusal?

    /// Where it goes; nil for what changes a conversion, since that goes where its conversion went.
    private(set) var destinations: [String]?
    /// What else is to be said of it.
    private(set) var note: String?

    init(_ request: StoredRequest, from source: String, at time: Timestamp, id: ConversionID, by reception: Reception) {
        self.init(request.wireRequest, from: source, at: time, id: id, by: reception)
    }

    init(_ request: WireRequest, from source: String, at time: Timestamp, id: ConversionID, by reception: Reception) {
        let arrival = Arrival(id: id, receivedAt: time, request: request, sender: .named(source: source, peer: ""))
        guard case .trackers(let matches, let first) = reception.find(arrival) else { return }
        var notes: JudgeNotes? = JudgeNotes()
        switch reception.judge(arrival, reception.admit(arrival, matches, first), notes: &notes) {
        case .conversion(let conversion, let submission): (self.conversion, destinations) = (conversion, submission.destinations)
        case .correction(let message, _):
            conversion = message.message
            note = "It changes a conversion: \(message.correction.words)."
        case .refused(let refusal): self.refusal = refusal
        case .list: note = "It asks for the list of what was received."
        case .ignored(let reason): note = "It is no conversion: \(reason)."
        }
        origins = notes?.origins ?? [:]
        key = notes?.key ?? ""
    }
}
