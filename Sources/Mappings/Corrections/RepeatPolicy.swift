/// What a second full message under the same key means to a source, as trackers differ on it.
package enum RepeatPolicy: String, Sendable, CaseIterable {
    /// The first one counts; others are kept and listed.
    case ignore
    /// Its status and amount become the conversion's, as far as the lifecycle allows.
    case update
    /// Its amount counts on top.
    case add
    /// Other content is a conversion of its own; equal content stays a duplicate.
    case new
}
