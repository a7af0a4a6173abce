import Synchronization
import Testing

/// Senders that send sales at the same time, each one after the other, until they are told to stop.
final class SenderLoad: Sendable {
    private static let senders = 8

    private let isOver = Atomic(false)
    private let statuses = Mutex<[String: Int]>([:])

    /// By the sale's name: with what it was answered in the end; 0 if there was no answer.
    var answers: [String: Int] { statuses.withLock { $0 } }

    /// Sends while `body` runs.
    ///
    /// - Parameter send: sends the sale with that name; returns the status.
    static func run(
        _ send: @escaping @Sendable (_ name: String) async -> Int, during body: (SenderLoad) async throws -> Void
    ) async throws -> [String: Int] {
        let load = SenderLoad()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<senders {
                group.addTask {
                    for number in 0... {
                        if load.isOver.load(ordering: .relaxed) { return }
                        let name = "s\(sender)-\(number)"
                        let status = await send(name)
                        load.statuses.withLock { $0[name] = status }
                    }
                }
            }
            defer { load.isOver.store(true, ordering: .relaxed) }
            try await body(load)
            load.isOver.store(true, ordering: .relaxed)
            try await group.waitForAll()
        }
        return load.answers
    }

    /// Waits until so many more were answered.
    func answers(more count: Int) async throws {
        let before = answers.count
        try await until { self.answers.count >= before + count }
    }
}
