import Foundation
import Synchronization

/// The time of day that gateways and an operator's commands see: the machine's, and some hours more or less. They see it through the library
/// `SoakClock`, which is preloaded into them. Clocks that never go back stay as they are.
final class WallClock: Sendable {
    private let library: String
    private let path: String
    private let state = Mutex(State())

    struct State: Sendable {
        var offset = 0
        var forward = 0
        var back = 0
        var whileDown = 0
        /// Seconds.
        var longest = 0
    }

    /// The furthest that it is off. Senders repeat within a minute, and a key of a day must not be over by then.
    private static let furthest = 6 * 3600

    static var libraryPath: String? {
        guard let executable = Bundle.main.executablePath else { return nil }
        return URL(filePath: executable).deletingLastPathComponent().appending(path: "libSoakClock.so").path
    }

    /// Nil if the library is not there.
    init?(folder: String) {
        guard let library = Self.libraryPath, FileManager.default.fileExists(atPath: library) else { return nil }
        self.library = library
        path = "\(folder)/clock"
        _ = FileManager.default.createFile(atPath: path, contents: Data(count: MemoryLayout<Int64>.size))
    }

    var environment: [String: String] {
        ProcessInfo.processInfo.environment.merging(["LD_PRELOAD": library, "SOAK_CLOCK": path]) { $1 }
    }

    var now: State { state.withLock { $0 } }

    /// Sets it by minutes or hours, in either direction.
    func jump(_ dice: inout Dice, whileDown: Bool = false) {
        let size = Int.random(in: dice.happens(0.5) ? 60...3600 : 3600...5 * 3600, using: &dice)
        let isForward = dice.happens(0.5)
        state.withLock { state in
            let wanted = state.offset + (isForward ? size : -size)
            let step = abs(wanted) <= Self.furthest ? wanted - state.offset : isForward ? -size : size
            state.offset += step
            if step > 0 { state.forward += 1 } else { state.back += 1 }
            if whileDown { state.whileDown += 1 }
            state.longest = max(state.longest, abs(step))
            write(state.offset)
        }
    }

    /// The machine's time again.
    func correct() {
        state.withLock { state in
            state.offset = 0
            write(0)
        }
    }

    private func write(_ seconds: Int) {
        var value = Int64(seconds)
        let file = open(path, O_WRONLY)
        guard file >= 0 else { return }
        _ = pwrite(file, &value, MemoryLayout<Int64>.size, 0)
        close(file)
    }

    /// For the report.
    var line: String {
        let now = now
        return
            "the clock was set \(now.forward + now.back) times, \(now.forward) forward and \(now.back) back, by up to \(now.longest / 60) min; "
            + "\(now.whileDown) of these while a gateway was down"
    }
}
