import DequeModule
import NIOCore
import NIOPosix

/// Lets an event loop look at its sockets before it goes on with a pipelined request.
///
/// A loop runs what is submitted to it until nothing is left, and only then looks at its sockets (SwiftNIO 2). Requests that are in memory
/// already would keep it from all other connections for as long as they last. So they take turns, one at a time, and each turn begins with a
/// timer that is not due yet.
final class PipelineTurns {
    /// Each thread sees its own.
    private nonisolated(unsafe) static let ofThread = ThreadSpecificVariable<PipelineTurns>()
    /// Those of the event loop that this thread runs.
    static var ofThisLoop: PipelineTurns {
        if let turns = ofThread.currentValue { return turns }
        let turns = PipelineTurns()
        ofThread.currentValue = turns
        return turns
    }

    private static let pause = TimeAmount.microseconds(100)

    private var waiting: Deque<RequestFeeder> = []
    private var isScheduled = false

    func wait(_ feeder: RequestFeeder, on loop: any EventLoop) {
        waiting.append(feeder)
        if !isScheduled { schedule(on: loop) }
    }

    private func schedule(on loop: any EventLoop) {
        isScheduled = true
        loop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isScheduled = false
            self.waiting.popFirst()?.takeTurn()
            if !self.waiting.isEmpty, !self.isScheduled { self.schedule(on: loop) }
        }
    }
}
