import NIOCore
import Rules

/// One request on its way and the task that waits for its reply. Lives on one loop and ends once.
final class Exchange {
    enum Stage {
        case waiting
        case connecting(ConnectAttempt)
        case sent(TrackerConnection)
        case over
    }

    let request: RequestBytes
    let timeout: Duration
    /// Headers of the reply that are kept, in lower case.
    let headerNames: [String]
    let deadline: NIODeadline
    var stage = Stage.waiting
    /// Whether it was sent on a connection that turned out to be closed, which is forgiven once.
    var isRepeated = false
    /// Its place among its pool's running exchanges.
    var place = 0
    private let continuation: CheckedContinuation<Result<Reply, ExchangeFailure>, Never>

    init(
        _ request: RequestBytes, timeout: Duration, keeping headerNames: [String],
        continuation: CheckedContinuation<Result<Reply, ExchangeFailure>, Never>
    ) {
        self.request = request
        self.timeout = timeout
        self.headerNames = headerNames
        deadline = .now() + TimeAmount(timeout)
        self.continuation = continuation
    }

    func end(_ result: Result<Reply, ExchangeFailure>) {
        stage = .over
        continuation.resume(returning: result)
    }
}
