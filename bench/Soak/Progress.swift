import Foundation

/// One line that is written over, on a terminal only.
enum Progress {
    private static let isTerminal = isatty(STDERR_FILENO) == 1

    static func show(_ text: String) {
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8)) }
    }

    static func clear() {
        if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}

/// Prints lines past the buffer, since the output may be a pipe that someone watches.
func say(_ lines: String...) { FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n").utf8)) }
