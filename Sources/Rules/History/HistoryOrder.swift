import Mappings

/// A message's place in its history; the first message is at 0.
package struct HistoryPlace: Sendable, Equatable {
    package var root: ConversionID
    package var step: Int

    package init(root: ConversionID, step: Int) {
        self.root = root
        self.step = step
    }
}

/// Updates of one conversion never overtake each other at one destination: while the delivery of an earlier step is pending, the next one
/// is *held*, which means pending without a time; the earlier one is marked as *followed*. Steps are those of one history at one destination.
package enum HistoryOrder {
    /// For a delivery that has just become pending: `before` is followed by it and holds it; `after` is held by it.
    ///
    /// - Parameter pending: the pending steps.
    package static func neighbours(of step: Int, pending: some Sequence<Int>) -> (before: Int?, after: Int?) {
        var (before, after): (Int?, Int?) = (nil, nil)
        for other in pending {
            if other < step { before = max(before ?? other, other) }
            if other > step { after = min(after ?? other, other) }
        }
        return (before, after)
    }

    /// The step that may go now that the delivery of a followed step has ended. If a replay has put an even earlier one before it
    /// meanwhile, that one lets it go at its end.
    ///
    /// - Parameters:
    ///   - held: the held steps behind it.
    ///   - pending: the pending steps, these too.
    package static func released(held: some Sequence<Int>, pending: some Sequence<Int>) -> Int? {
        held.min().flatMap { next in pending.contains { $0 < next } ? nil : next }
    }
}
