import Foundation
import Synchronization

/// Random bits of the system, fetched many at a time: each time is a system call.
enum RandomWords {
    /// `getentropy` gives no more at once.
    private static let count = 256 / MemoryLayout<UInt64>.size

    private struct State {
        var words = [UInt64](repeating: 0, count: RandomWords.count)
        /// From here on they were not handed out.
        var next = RandomWords.count
    }
    private static let state = Mutex(State())

    /// Each is handed out once.
    static func two() -> (UInt64, UInt64) {
        state.withLock { state in
            if state.next == count { refill(&state) }
            defer { state.next += 2 }
            return (state.words[state.next], state.words[state.next + 1])
        }
    }

    private static func refill(_ state: inout State) {
        state.next = 0
        let isFilled = state.words.withUnsafeMutableBytes { bytes in bytes.baseAddress.map { getentropy($0, bytes.count) == 0 } ?? false }
        if !isFilled { state.words = state.words.map { _ in UInt64.random(in: 0...UInt64.max) } }
    }
}
