import Foundation
import Synchronization

/// What commands print to: standard output for what was asked for, standard error for what happens meanwhile.
///
/// All output goes through here, the log's too. So nothing that a stranger or a tracker sent can drive a terminal, or look like a line of its own:
/// see `printable`.
enum Terminal {
    /// One line.
    static func print(_ line: String = "") { output.write(line) }

    /// A sentence; on a terminal it is broken between its words.
    static func complain(_ line: String) {
        for part in folded(line, to: isatty(STDERR_FILENO) == 1 ? places(STDERR_FILENO) : nil) { errors.write(part) }
    }

    /// One line of the log.
    static func log(_ line: String) { errors.write(line) }

    /// A sentence; on a terminal it is broken between its words.
    static func tell(_ line: String) { print(folded(line)) }

    static func print(_ lines: [String]) {
        for line in lines { print(line) }
    }

    /// A text of the gateway's own, as it is.
    static func printRaw(_ text: String) { output.put(text) }

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
            let text = hasColours ? line.printable.replacing(mark, with: "\u{1B}") : line.printable
            put(text + "\n")
        }

        /// As it is.
        func put(_ text: String) {
            // The reader may have seen enough, as `head` has.
            file.withLock { try? $0.write(contentsOf: Data(text.utf8)) }
        }
    }

    static let isTerminal = isatty(STDOUT_FILENO) == 1
    /// An empty NO_COLOR says nothing: https://no-color.org
    static let hasColours = isTerminal && ProcessInfo.processInfo.environment["NO_COLOR", default: ""].isEmpty

    /// Places in a line: what `COLUMNS` says, else the terminal itself. Nil if the output goes elsewhere.
    static var width: Int? {
        isTerminal ? places(STDOUT_FILENO) : nil
    }

    private static func places(_ terminal: Int32) -> Int {
        if let text = ProcessInfo.processInfo.environment["COLUMNS"], let width = Int(text), width > 0 { return width }
        return size(of: terminal).width
    }

    /// What most have had ever since if the terminal does not say.
    private static func size(of terminal: Int32) -> (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(terminal, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// A sentence as lines that fit the terminal, broken between words; what follows the first is indented deeper. A word that is too long for a
    /// line stays whole, so that an address can be copied.
    static func folded(_ line: String) -> [String] { folded(line, to: width) }

    private static func folded(_ line: String, to width: Int?) -> [String] {
        let text = line.printable
        guard let width, visible(text).places > width else { return [text] }
        return visible(text) == text ? text.folded(to: width) : text.folded(to: width) { visible($0).places }
    }

    /// Without the marks of styles.
    private static func visible(_ text: String) -> String {
        guard text.contains(mark) else { return text }
        return text.split(separator: mark, omittingEmptySubsequences: false).enumerated().map { index, part in
            index == 0 ? part[...] : part.drop { $0 != "m" }.dropFirst()
        }.joined()
    }

    /// Empties the screen.
    static func clear() { printRaw("\u{1B}[2J") }

    /// Puts the lines in place of all that the terminal shows; elsewhere prints them below the last ones.
    static func redraw(_ lines: [String]) {
        guard isTerminal else { return print(lines) }
        let escape = "\u{1B}["
        let shown = lines.prefix(size(of: STDOUT_FILENO).height - 1).map { line in
            (hasColours ? line.printable.replacing(mark, with: "\u{1B}") : line.printable) + escape + "K\n"
        }
        output.put(escape + "H" + shown.joined() + escape + "J")
    }

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
        Terminal.hasColours ? "\(Terminal.mark)[\(style.rawValue)m\(self)\(Terminal.mark)[0m" : self
    }
}
