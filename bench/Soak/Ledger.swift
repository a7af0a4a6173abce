import Synchronization

/// What happened, seen from outside: what was sent, what was acknowledged, and what arrived at each destination.
final class Ledger: Sendable {
    struct Entry: Sendable {
        let sale: Sale
        /// Every id that a reply gave.
        var ids: Set<String> = []
        var acknowledgements = 0
        /// Requests that got no reply, or a 503: sent again.
        var unanswered = 0
        /// When the first reply came.
        var acknowledgedAt: ContinuousClock.Instant?
        /// Refunds that were acknowledged, by their amounts.
        var refunds: Set<Int> = []
    }

    /// A sale at a destination.
    struct Arrival: Sendable {
        var times = 0
        /// Times that the destination answered with a whole 2xx.
        var accepted = 0
        /// Times that it took it, and its 2xx did not say so: it was a page, or broke off.
        var doubtful = 0
        var isTaken: Bool { accepted + doubtful > 0 }
        var refused = 0
        /// When the destination had taken it first.
        var takenAt: ContinuousClock.Instant?
        /// Every request for it, in the order in which they came in whole.
        var requests: [Receipt] = []
        /// What the destination was sent the first time; later messages must be the same.
        var first: Message
        /// A refund that came before the destination had accepted its sale.
        var isEarly = false

        init(first: Message) { self.first = first }
    }

    /// A request that came in whole at a destination.
    struct Receipt: Sendable, Equatable {
        /// Which gateway process sent it.
        let launch: Launch
        var answer = Answered.nothing
    }

    /// What a destination wrote back.
    enum Answered: Sendable, Equatable {
        case nothing
        /// A whole reply; `isTaken` if it accepted the sale.
        case whole(status: Int, isTaken: Bool)
        /// The beginning of a reply with 200, or bytes that are no reply.
        case broken

        var isTaken: Bool { if case .whole(_, isTaken: true) = self { true } else { false } }
    }

    /// What a destination reads from a request.
    struct Message: Sendable, Equatable {
        /// A sale's click, or a refund's name.
        var click: String
        var idempotencyID: String
        /// The gateway's id, if the request has it.
        var id: String?
        var amount: String
        var currency: String
        /// A whole number of minor units rather than a decimal of major ones.
        var isMinor = false
    }

    struct State: Sendable {
        var entries: [String: Entry] = [:]
        /// By destination and click.
        var arrivals: [String: [String: Arrival]] = [:]
        var acknowledged = 0
        var overloads = 0
        var repeatsOnPurpose = 0
        var twins = 0
        var complaints: [String] = []
    }

    private let state = Mutex(State())
    let seed: UInt64
    private let hasRefunds: Bool
    private let numbers = Mutex(0)

    init(seed: UInt64, hasRefunds: Bool) {
        self.seed = seed
        self.hasRefunds = hasRefunds
    }

    var now: State { state.withLock { $0 } }
    var counts: (sent: Int, acknowledged: Int, arrived: Int) {
        state.withLock { ($0.entries.count, $0.acknowledged, $0.arrivals.values.reduce(0) { $0 + $1.count }) }
    }

    /// The next sale, noted before anything of it is sent.
    func nextSale() -> Sale {
        let number = numbers.withLock { number in
            number += 1
            return number
        }
        let sale = Sale(number: number, seed: seed, mayBeRefunded: hasRefunds)
        state.withLock { $0.entries[sale.click] = Entry(sale: sale) }
        return sale
    }

    func acknowledged(_ sale: Sale, _ acknowledgement: Acknowledgement) {
        state.withLock { state in
            guard var entry = state.entries.removeValue(forKey: sale.click) else { return }
            if entry.acknowledgements == 0 {
                state.acknowledged += 1
                entry.acknowledgedAt = .now
            }
            entry.acknowledgements += 1
            if let id = acknowledgement.id { entry.ids.insert(id) }
            state.entries[sale.click] = entry
        }
    }

    func acknowledged(refund amount: Int, of sale: Sale) {
        state.withLock { _ = $0.entries[sale.click]?.refunds.insert(amount) }
    }

    func unanswered(_ sale: Sale) { state.withLock { $0.entries[sale.click]?.unanswered += 1 } }
    func overloaded() { state.withLock { $0.overloads += 1 } }
    func repeatedOnPurpose() { state.withLock { $0.repeatsOnPurpose += 1 } }
    func twinned() { state.withLock { $0.twins += 1 } }

    func complain(_ sentence: String) {
        state.withLock { if $0.complaints.count < 1000 { $0.complaints.append(sentence) } }
    }

    /// Notes a request that came in whole at a destination; gives how many times this one has come, from 1.
    func arrived(at destination: String, _ message: Message, from launch: Launch) -> Int {
        state.withLock { state in
            var arrival = state.arrivals[destination, default: [:]].removeValue(forKey: message.click) ?? Arrival(first: message)
            arrival.times += 1
            arrival.requests.append(Receipt(launch: launch))
            if let sign = message.click.firstIndex(of: "#") {
                let sale = state.arrivals[destination, default: [:]][String(message.click[..<sign])]
                if sale?.isTaken != true { arrival.isEarly = true }
            }
            state.arrivals[destination, default: [:]][message.click] = arrival
            if arrival.first != message, state.complaints.count < 1000 {
                state.complaints.append("\(destination) was sent \(message) after \(arrival.first)")
            }
            return arrival.times
        }
    }

    /// - Parameters:
    ///   - arrival: what `arrived` returned.
    ///   - isDoubtful: the destination took it, and its 2xx does not say so.
    func answered(at destination: String, _ click: String, arrival: Int, _ answer: Answered, isDoubtful: Bool = false) {
        state.withLock { state in
            guard var known = state.arrivals[destination]?.removeValue(forKey: click) else { return }
            known.requests[arrival - 1].answer = answer
            if isDoubtful { known.doubtful += 1 }
            defer { state.arrivals[destination]?[click] = known }
            if isDoubtful || answer.isTaken, known.takenAt == nil { known.takenAt = .now }
            switch answer {
            case .whole(_, isTaken: true): known.accepted += 1
            case .whole(let status, _) where status < 500 && status != 409 && status != 429: known.refused += 1
            default: break
            }
        }
    }

    func hasTaken(at destination: String, _ click: String) -> Bool {
        state.withLock { $0.arrivals[destination]?[click]?.isTaken ?? false }
    }
}
