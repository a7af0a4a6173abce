/// A place in a file that a person wrote; lines and columns count from 1.
package struct SourceLocation: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var file: String
    package var line: Int
    package var column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { "\(file):\(line):\(column)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }

    /// The same line, some characters further on.
    package func advanced(by columns: Int) -> Self { Self(file: file, line: line, column: column + columns) }

    /// The place of a text's character, if the text begins here and its further lines begin in the same column.
    package func advanced(by characters: Int, in text: String) -> Self {
        let lines = text.prefix(characters).split(separator: "\n", omittingEmptySubsequences: false)
        return Self(file: file, line: line + max(lines.count, 1) - 1, column: column + (lines.last?.count ?? 0))
    }
}
