import Mappings
import Rules

extension ShownPostback {
    /// Nil if none of its addresses has a variable behind its host.
    init?(
        _ plain: PostbackURL, _ pieces: [EnvironmentSubstitution.Piece]?,
        others: [(purpose: PostbackURL.Purpose, pieces: [EnvironmentSubstitution.Piece]?)]
    ) {
        let shown = pieces.flatMap { Self($0) }
        var (url, secrets, isMasked) = (shown?.url ?? plain, shown?.secrets ?? [], shown != nil)
        for (purpose, pieces) in others {
            let other = pieces.flatMap { Self($0) }
            url = url.sending(purpose, to: other?.url ?? plain.other(for: purpose))
            secrets += other?.secrets ?? []
            if other != nil { isMasked = true }
        }
        guard isMasked else { return nil }
        self.init(url: url, secrets: secrets)
    }

    private init?(_ pieces: [EnvironmentSubstitution.Piece]) {
        var (text, whole) = ("", "")
        var secrets: [String] = []
        for piece in pieces {
            let start = whole.count
            whole += piece.text
            let open = piece.isVariable ? min(max(0, Self.hostEnd(of: whole) - start), piece.text.count) : piece.text.count
            let hidden = piece.text.dropFirst(open)
            text += piece.text.prefix(open) + (hidden.isEmpty ? "" : "***")
            secrets += Self.values(in: hidden)
        }
        guard text != whole else { return nil }
        var ignored = Diagnostics()
        guard let url = PostbackURL.parse(text, at: SourceLocation(file: "", line: 1, column: 1), into: &ignored) else { return nil }
        self.init(url: url, secrets: secrets)
    }

    /// How many characters scheme, host and port have.
    private static func hostEnd(of text: String) -> Int {
        guard let scheme = text.firstRange(of: "://") else { return text.count }
        let end = text[scheme.upperBound...].firstIndex { "/?#".contains($0) } ?? text.endIndex
        return text.distance(from: text.startIndex, to: end)
    }

    /// A variable is a token, or a part of the URL with parameters of its own.
    private static func values(in text: Substring) -> [String] {
        guard text.contains("=") else { return text.isEmpty ? [] : [String(text)] }
        return text.split { "?&".contains($0) }.compactMap { part in
            part.firstIndex(of: "=").map { String(part[part.index(after: $0)...]) }
        }.filter { !$0.isEmpty && !$0.contains("{") }
    }
}
