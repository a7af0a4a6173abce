import NIOCore

/// The body of one request as it comes in. Its first 16 KiB are the connection's own; for more there must be room among all bodies.
struct InboundBody {
    /// What becomes of a body with more than the connection's own bytes.
    enum Keeping {
        case undecided
        /// Nobody reads more than the first of it.
        case first(Int)
        case all(BodyReservation)
    }

    static let own = 16 * 1024

    private(set) var bytes: [UInt8] = []
    private var keeping = Keeping.undecided
    /// Of a body whose length was not announced: the limit.
    private let length: Int
    private var capacity = 0

    init(length: Int) { self.length = length }

    var reservation: BodyReservation? {
        if case .all(let reservation) = keeping { reservation } else { nil }
    }

    /// - Parameter decide: called once, before the body becomes larger than the connection's own bytes.
    /// - Returns: false if there is no room; nothing was taken then.
    mutating func append(_ part: ByteBuffer, decide: () -> Keeping) -> Bool {
        let needed = bytes.count + part.readableBytes
        if needed > Self.own, case .undecided = keeping { keep(decide()) }
        switch keeping {
        case .undecided: take(part, upTo: needed)
        case .first(let count): take(part, upTo: count)
        case .all(let reservation):
            if needed > capacity {
                // Doubled, so that bytes are moved seldom, and no more than will come.
                let size = max(needed, min(2 * max(capacity, Self.own), length))
                guard reservation.grow(to: size) else { return false }
                bytes.reserveCapacity(size)
                capacity = size
            }
            take(part, upTo: needed)
        }
        return true
    }

    /// Forgets what came and what will come.
    mutating func drop() { keep(.first(0)) }

    private mutating func keep(_ keeping: Keeping) {
        self.keeping = keeping
        if case .first(let count) = keeping, count < bytes.count { bytes = Array(bytes.prefix(count)) }
    }

    private mutating func take(_ part: ByteBuffer, upTo count: Int) {
        let room = count - bytes.count
        guard room > 0 else { return }
        part.withUnsafeReadableBytes { bytes.append(contentsOf: $0.prefix(room)) }
    }
}
