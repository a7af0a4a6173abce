import Rules
import Testing

/// The built `gateway`, driven from outside as its users drive it: real processes, real sockets, real files.
///
/// Every test has a folder, a tracker and processes of its own, so that they run beside each other; `Workbench` bounds how many.
@Suite struct EndToEnd {}

/// Asks again until the answer is there. Nil after a time that no machine needs, so that a test that waits in vain ends.
func eventually<Answer>(within limit: Duration = .seconds(120), _ ask: () async throws -> Answer?) async throws -> Answer? {
    let end = ContinuousClock.now + limit
    var pause = Duration.milliseconds(2)
    // On a busy machine a test may not come to ask for minutes, and what it waits for may not have had its turn either.
    var asked = 0
    while true {
        asked += 1
        if let answer = try await ask() { return answer }
        if asked >= 200, ContinuousClock.now > end { return nil }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(50))
    }
}

/// Waits until something else makes the condition true; a test that waits in vain ends here.
func until(location: Testing.SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool) async throws {
    let happened = try await eventually { try await condition() ? true : nil }
    try #require(happened == true, "this did not happen", sourceLocation: location)
}

extension ScriptedTracker {
    typealias Script = @Sendable (Int, Received) -> Answer

    static func always(_ answer: Answer) -> Script { { _, _ in answer } }

    /// What each of the five trackers documents for a conversion that it took.
    static let taken = Answer.reply(
        200,
        body:
            #"{"success":true,"conversionId":"t-1","conversion_id":"t-1","status":"ok","id":"t-1","data":{"status":"ok","conversionId":"t-1"}}"#
    )

    static func first(_ first: Answer, then answer: Answer) -> Script { { number, _ in number == 1 ? first : answer } }
}
