import Foundation

/// What commands print to: standard output for what was asked for, standard error for what happens meanwhile.
enum Terminal {
    static func print(_ line: String = "") {
        // The reader may have seen enough, as `head` has.
        try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
    }

    static func complain(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }

    static func print(_ lines: [String]) {
        for line in lines { print(line) }
    }

    static func complain(_ lines: [String]) {
        for line in lines { complain(line) }
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
}

extension String {
    /// Coloured on a terminal, plain anywhere else.
    func styled(_ style: Terminal.Style) -> String {
        Terminal.isTerminal ? "\u{1B}[\(style.rawValue)m\(self)\u{1B}[0m" : self
    }

    /// Control characters made visible, so that what a stranger sent cannot drive the terminal.
    var printable: String {
        guard unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F || (0x80..<0xA0).contains($0.value) }) else {
            return self
        }
        return unicodeScalars.map { scalar in
            switch scalar {
            case "\n": "\\n"
            case "\t": "\\t"
            case "\r": "\\r"
            default:
                scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
            }
        }.joined()
    }
}
