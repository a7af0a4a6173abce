import Foundation
import Synchronization

/// What commands print to: standard output for what was asked for, standard error for what happens meanwhile.
///
/// All output goes through here, the log's too. So nothing that a stranger or a tracker sent can drive a terminal, or look like a line of its own:
/// see `printable`.
enum Terminal {
    /// One line.
    static func print(_ line: String = "") { output.write(line) }

    /// One line.
    static func complain(_ line: String) { errors.write(line) }

    static func print(_ lines: [String]) {
        for line in lines { print(line) }
    }

    static func complain(_ lines: [String]) {
        for line in lines { complain(line) }
    }

    private static let output = Stream(.standardOutput)
    private static let errors = Stream(.standardError)

    /// One line at a time, however many threads have one.
    private final class Stream: Sendable {
        private let file: Mutex<FileHandle>

        init(_ file: FileHandle) { self.file = Mutex(file) }

        func write(_ line: String) {
            let text = isTerminal ? line.printable.replacing(mark, with: "\u{1B}") : line.printable
            // The reader may have seen enough, as `head` has.
            file.withLock { try? $0.write(contentsOf: Data((text + "\n").utf8)) }
        }
    }

    static let isTerminal = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil

    enum Style: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }

    /// Stands for the escape character of a style until the line is printed. Each process makes up another, so that no text from outside has it.
    fileprivate static let mark = "\u{E000}" + String(UInt64.random(in: .min ... .max), radix: 36) + "\u{E001}"
}

extension String {
    /// Coloured on a terminal, plain anywhere else.
    func styled(_ style: Terminal.Style) -> String {
        Terminal.isTerminal ? "\(Terminal.mark)[\(style.rawValue)m\(self)\(Terminal.mark)[0m" : self
    }
}
