/// What a source asks of signed requests, so that nobody can send a recorded one again.
package struct Freshness: Sendable, Equatable {
    /// How far a request's own time may lie from ours; nil does not ask for one.
    package var tolerance: Duration?
    /// How long a signature counts as the request that it came with first; nil does not remember it.
    package var replayWindow: Duration?

    package init(tolerance: Duration? = nil, replayWindow: Duration? = nil) {
        self.tolerance = tolerance
        self.replayWindow = replayWindow
    }
}
