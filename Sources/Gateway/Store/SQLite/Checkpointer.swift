import GRDB
import Synchronization

/// Moves committed pages from the write-ahead log into the file without holding up the writer for long.
///
/// The bulk is copied by a second connection while commits go on. What was added meanwhile is a short rest; the writer copies it
/// between two commits, and the log starts from its beginning. A reader that stays in one transaction delays that until it ends.
final class Checkpointer: Sendable {
    private enum Phase { case idle, copying, copied }

    private let queue: DatabaseQueue
    private let phase = Mutex(Phase.idle)
    /// Frames of one page each.
    private let threshold: Int

    init(path: String, threshold: Int) throws {
        var configuration = GRDB.Configuration()
        configuration.label = "checkpointer"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -256") }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        self.threshold = threshold
    }

    /// Called by the writer between two transactions.
    func committed(_ writer: SQLiteWriter) {
        guard writer.framesInLog >= threshold else { return }
        let found = phase.withLock { phase in
            defer { phase = phase == .idle ? .copying : phase == .copied ? .idle : .copying }
            return phase
        }
        switch found {
        case .idle:
            queue.asyncWriteWithoutTransaction { [self] database in
                // A failure here costs nothing: the log stays, and the next round tries again.
                _ = try? database.checkpoint(.passive)
                phase.withLock { $0 = .copied }
            }
        case .copying: break
        case .copied: writer.checkpoint()
        }
    }

    func close() { try? queue.close() }
}
