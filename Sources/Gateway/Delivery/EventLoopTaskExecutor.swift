import NIOCore
import NIOPosix
import Synchronization

/// Runs tasks and calls on one event loop, beside the connections they use.
///
/// All that other threads hand over until the loop gets to it is one submission to the loop: a commit that answers a hundred requests wakes it
/// once.
final class EventLoopTaskExecutor: TaskExecutor {
    private enum Work {
        case job(UnownedJob)
        case call(@Sendable () -> Void)
    }

    private struct State {
        var waiting: [Work] = []
        /// An empty list with room.
        var spare: [Work] = []
        var isScheduled = false

        /// What waits; nil ends the loop's turn.
        mutating func take() -> [Work]? {
            if waiting.isEmpty {
                isScheduled = false
                return nil
            }
            var taken: [Work] = []
            swap(&taken, &spare)
            swap(&taken, &waiting)
            return taken
        }
    }

    private let loop: any EventLoop
    private let state = Mutex(State())

    init(loop: any EventLoop) { self.loop = loop }

    /// Each thread sees its own.
    private static let ofThread = ThreadSpecificVariable<EventLoopTaskExecutor>()

    /// That of the event loop that this thread runs.
    static func ofThisLoop(_ loop: any EventLoop) -> EventLoopTaskExecutor {
        loop.preconditionInEventLoop()
        if let executor = ofThread.currentValue, executor.loop === loop { return executor }
        let executor = EventLoopTaskExecutor(loop: loop)
        ofThread.currentValue = executor
        return executor
    }

    func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

    /// Calls it soon, on the loop, and never before this returns.
    func execute(_ call: @escaping @Sendable () -> Void) { add(.call(call)) }

    private func add(_ work: Work) {
        let isFirst = state.withLock { state in
            state.waiting.append(work)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if isFirst { loop.execute { self.run() } }
    }

    private func run() {
        while var works = state.withLock({ $0.take() }) {
            for work in works {
                switch work {
                case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
                case .call(let call): call()
                }
            }
            works.removeAll(keepingCapacity: works.count <= 1024)
            state.withLock { $0.spare = works }
        }
    }
}
