import Rules
import Testing

/// The built `gateway`, driven from outside as its users drive it: real processes, real sockets, real files.
///
/// One test runs at a time, since each starts processes of its own.
@Suite(.serialized) struct EndToEnd {}

/// Asks again until the answer is there; nil where it does not come in time.
func eventually<Answer>(within limit: Duration = .seconds(15), _ ask: () async throws -> Answer?) async throws -> Answer? {
    let end = ContinuousClock.now + limit
    while true {
        if let answer = try await ask() { return answer }
        if ContinuousClock.now > end { return nil }
        try await Task.sleep(for: .milliseconds(50))
    }
}

extension ScriptedTracker {
    typealias Script = @Sendable (Int, Received) -> Answer

    static func always(_ answer: Answer) -> Script { { _, _ in answer } }

    static func first(_ first: Answer, then answer: Answer) -> Script { { number, _ in number == 1 ? first : answer } }
}
