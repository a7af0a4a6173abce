extension String {
    /// How many places a terminal gives the text: two for a wide character such as `本`, none for a mark on the letter before it.
    var places: Int {
        if utf8.allSatisfy({ $0 < 0x80 }) { return utf8.count }
        return unicodeScalars.reduce(0) { $0 + $1.places }
    }

    /// With `…` in place of what does not fit.
    func cut(to places: Int) -> String {
        guard self.places > places else { return self }
        var (text, left) = ("", places - 1)
        for character in self {
            left -= String(character).places
            guard left >= 0 else { break }
            text.append(character)
        }
        return text + "…"
    }

    /// Lines of at most so many places, broken between words; those behind the first are indented two places deeper. A word that fits no line
    /// has one of its own.
    func folded(to width: Int, _ places: (String) -> Int = \.places) -> [String] {
        let indent = String(prefix { $0 == " " })
        var lines: [String] = []
        var line = indent
        for word in dropFirst(indent.count).split(separator: " ", omittingEmptySubsequences: false) {
            if line.allSatisfy({ $0 == " " }) {
                line += word
            } else if places(line) + 1 + places(String(word)) <= width {
                line += " " + word
            } else {
                lines.append(line)
                line = indent + "  " + word
            }
        }
        return lines + [line]
    }
}

extension Unicode.Scalar {
    fileprivate var places: Int {
        if value < 0x300 { return 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: return Self.wide.contains { $0.contains(value) } || properties.isEmojiPresentation ? 2 : 1
        }
    }

    /// What East Asian fonts make two places wide (Unicode Standard Annex 11, W and F), in blocks.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F,
        0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
        0x20000...0x3FFFD,
    ]
}
