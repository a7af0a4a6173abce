/// What each source holds of the refused requests of one class, and who makes room if it is too much.
///
/// The fullest source's oldest request goes first. So a source that floods the keep pushes out its own requests, and the others keep theirs.
package struct RefusedShares<Source: Hashable & Comparable & Sendable>: Sendable {
    private struct Share {
        var count: Int
        var bytes: Int
    }
    private var shares: [Source: Share]
    private let bounds: RefusedLimits.Bounds
    /// Whose request has just come. It stays, whatever its size.
    private let newest: Source

    package init(_ shares: [(source: Source, count: Int, bytes: Int)], within bounds: RefusedLimits.Bounds, newest: Source) {
        self.shares = Dictionary(shares.map { ($0.source, Share(count: $0.count, bytes: $0.bytes)) }) { first, _ in first }
        self.bounds = bounds
        self.newest = newest
    }

    /// The source whose oldest request goes next; nil if all fit. Of two that hold the same, the one that has just sent.
    package var givesWay: Source? {
        let (count, bytes) = shares.values.reduce((0, 0)) { ($0.0 + $1.count, $0.1 + $1.bytes) }
        guard bounds.areExceeded(count: count, bytes: bytes) else { return nil }
        let isFull = count > bounds.count
        let candidates = shares.filter { $0.value.count > ($0.key == newest ? 1 : 0) }
        return candidates.max { left, right in
            let (less, more) = isFull ? (left.value.count, right.value.count) : (left.value.bytes, right.value.bytes)
            return less != more ? less < more : right.key == newest || (left.key != newest && left.key < right.key)
        }?.key
    }

    /// The source's oldest request has gone.
    package mutating func remove(_ bytes: Int, of source: Source) {
        shares[source]?.count -= 1
        shares[source]?.bytes -= bytes
    }

    /// The store holds no more of this source than it counted.
    package mutating func forget(_ source: Source) { shares[source] = nil }
}
