import Mappings
import Rules
import Synchronization

/// Stores what became of tries: all that come in while one write runs share the next.
///
/// A worker goes on as soon as it has handed its result over. The delivery stays held by its queue until the result is stored, so it is not
/// tried again meanwhile. While the store cannot write, no queue begins anything, and no result is lost.
final class ResultRecorder: Sendable {
    typealias Entry = (queue: DeliveryQueue, result: AttemptResult)

    private struct State {
        var waiting: [Entry] = []
        var sleeper: CheckedContinuation<Void, Never>?
        var isEnding = false

        /// Those that came first.
        mutating func takeBatch() -> [Entry] {
            let batch = waiting.count <= ResultRecorder.limit ? waiting : Array(waiting.prefix(ResultRecorder.limit))
            if batch.count == waiting.count { waiting = [] } else { waiting.removeFirst(batch.count) }
            return batch
        }
    }
    private let state = Mutex(State())
    private let store: any DeliveryStore
    private let watch: StoreWatch
    private let answers: AnswerWatch
    private let waker: Waker
    private let clock: DeliveryClock
    private let metrics: GatewayMetrics
    /// Stops and starts all queues.
    private let hold: @Sendable (Bool) -> Void

    /// Results that share a write, at most, so that intake's are not kept waiting.
    private static let limit = 512

    init(
        store: any DeliveryStore, watch: StoreWatch, answers: AnswerWatch, waker: Waker, clock: DeliveryClock, metrics: GatewayMetrics,
        hold: @escaping @Sendable (Bool) -> Void
    ) {
        self.store = store
        self.watch = watch
        self.answers = answers
        self.waker = waker
        self.clock = clock
        self.metrics = metrics
        self.hold = hold
    }

    func add(_ result: AttemptResult, of queue: DeliveryQueue) {
        let sleeper = state.withLock { state in
            state.waiting.append((queue, result))
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
    }

    /// No more results come; `run` returns once all are stored.
    func end() {
        let sleeper = state.withLock { state in
            state.isEnding = true
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
    }

    /// Returns after `end`, or when the task is cancelled; what is not stored then is made once more.
    func run() async {
        while true {
            let (batch, ends) = state.withLock { ($0.takeBatch(), $0.isEnding) }
            if !batch.isEmpty {
                answers.look(at: batch.lazy.map(\.result))
                guard await store(batch) else { return }
            } else if ends {
                return
            } else {
                await withCheckedContinuation { continuation in
                    let isAwaited = state.withLock { state in
                        guard state.waiting.isEmpty, !state.isEnding else { return true }
                        state.sleeper = continuation
                        return false
                    }
                    if isAwaited { continuation.resume() }
                }
            }
        }
    }

    /// Tries until it works. False if the process ends first.
    private func store(_ batch: [Entry]) async -> Bool {
        var rest = batch
        var pause = Duration.milliseconds(100)
        var failures = 0
        while true {
            // If the store cannot take one result, the others must not wait for it.
            let isSingly = failures > 0 && failures % 4 == 0
            do throws(StoreError) {
                if isSingly { rest = try await storeSingly(rest) } else { rest = try await storeTogether(rest) }
                watch.worked()
                if failures > 0 { hold(false) }
                if rest.isEmpty { return true }
            } catch {
                watch.failed(error)
                if error.kind == .closed { return false }
                if failures == 0 { hold(true) }
            }
            failures += 1
            guard (try? await clock.sleep(for: pause)) != nil else { return false }
            pause = min(pause * 2, .seconds(1))
        }
    }

    private func storeTogether(_ batch: [Entry]) async throws(StoreError) -> [Entry] {
        let released = try await store.record(batch.map(\.result))
        settle(batch, released)
        return []
    }

    /// What could not be stored; throws if nothing could.
    private func storeSingly(_ batch: [Entry]) async throws(StoreError) -> [Entry] {
        var rest: [Entry] = []
        var failure: StoreError?
        for entry in batch {
            do throws(StoreError) {
                let released = try await store.record(entry.result)
                settle([entry], released)
            } catch {
                failure = error
                rest.append(entry)
            }
        }
        if let failure, rest.count == batch.count { throw failure }
        return rest
    }

    /// - Parameter released: Whether something waited for one of these and is due now.
    private func settle(_ batch: [Entry], _ released: Bool) {
        var next = released ? clock.now() : nil
        for (queue, result) in batch {
            queue.settle(CollectionOfOne(result.delivery.conversion))
            metrics.destination(queue.name).count(result)
            if let time = result.nextAttempt { next = next.map { min($0, time) } ?? time }
        }
        if let next { waker.wake(at: next) }
    }
}
