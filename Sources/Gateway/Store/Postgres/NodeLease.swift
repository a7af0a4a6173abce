/// What a node knows of its lease, by its own clock: until when no other node takes what it holds.
///
/// The database decides by its own clock. This end counts from the moment it *asked* for the renewal and gives up a fifth earlier, so that
/// it is never the later of the two.
struct NodeLease<Moment: InstantProtocol>: Sendable where Moment: Sendable, Moment.Duration == Swift.Duration {
    let length: Duration
    /// Counts the times that the lease had run out before it was renewed: what was held before such a gap is not held any more.
    private(set) var gaps = 0
    private(set) var end: Moment

    init(length: Duration, askedAt moment: Moment) {
        self.length = length
        end = moment.advanced(by: length - length / 5)
    }

    /// - Parameter hadLapsed: the database found the lease run out, or did not know the node any more.
    mutating func renewed(askedAt moment: Moment, hadLapsed: Bool) {
        if hadLapsed || moment >= end { gaps += 1 }
        end = moment.advanced(by: length - length / 5)
    }

    func holds(at moment: Moment) -> Bool { moment < end }
}
