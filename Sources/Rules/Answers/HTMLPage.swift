/// A page for a browser: a login, a challenge, a server's own error page.
///
/// A fragment such as `<b>OK</b>` or a pixel's `<img>` is no page.
struct HTMLPage {
    private let bytes: ArraySlice<UInt8>

    /// What a title is looked for in.
    private static let headLimit = 16 * 1024
    private static let marks = ["<!doctype html", "<html"].map { Array($0.utf8) }
    /// What makes a page of a text that begins with a tag.
    private static let tags = ["<head", "<body", "<title", "<form", "<meta", "<script", "<style"].map { Array($0.utf8) }

    /// Nil if this is no page.
    init?(_ bytes: ArraySlice<UInt8>) {
        // The usual answer has no tag at all.
        let start = bytes.prefix(AnswerContent.lookedAt)
        guard let first = start.first, start.contains(UInt8(ascii: "<")), first != UInt8(ascii: "{"), first != UInt8(ascii: "[") else {
            return nil
        }
        let lower = start.map(\.lowercased)
        let begins = first == UInt8(ascii: "<")
        guard Self.marks.contains(where: { lower.contains($0) }) || begins && Self.tags.contains(where: { lower.contains($0) }) else {
            return nil
        }
        self.bytes = bytes
    }

    /// What the page calls itself; without a title, its first words.
    var words: String {
        let head = Array(bytes.prefix(Self.headLimit))
        let lower = head.map(\.lowercased)
        for tag in ["title", "h1"] {
            guard let open = lower.firstRange(of: Array("<\(tag)".utf8)),
                let start = lower[open.upperBound...].firstIndex(of: UInt8(ascii: ">")),
                let end = lower[start...].firstRange(of: Array("</\(tag)".utf8))
            else { continue }
            let text = Self.withoutTags(head[(start + 1)..<end.lowerBound])
            if text.contains(where: { !$0.isWhitespace }) { return text }
        }
        return Self.withoutTags(head[...])
    }

    /// What a browser shows, about: without tags, scripts and styles, and with the commonest entities decoded.
    private static func withoutTags(_ html: ArraySlice<UInt8>) -> String {
        let lower = html.map(\.lowercased)
        let original = Array(html)
        var shown: [UInt8] = []
        var index = 0
        while index < original.count {
            guard original[index] == UInt8(ascii: "<") else {
                shown.append(original[index])
                index += 1
                continue
            }
            var past = index
            for hidden in ["script", "style"] where lower[index...].starts(with: "<\(hidden)".utf8) {
                guard let close = lower[index...].firstRange(of: Array("</\(hidden)".utf8)) else { return text(shown) }
                past = close.upperBound
            }
            if lower[index...].starts(with: "<!--".utf8) {
                guard let close = lower[index...].firstRange(of: Array("-->".utf8)) else { return text(shown) }
                past = close.upperBound - 1
            }
            guard let close = original[past...].firstIndex(of: UInt8(ascii: ">")) else { break }
            shown.append(0x20)
            index = close + 1
        }
        return text(shown)
    }

    private static func text(_ bytes: [UInt8]) -> String {
        var text = String(decoding: bytes, as: UTF8.self)
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        let entities = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#039;", "'"), ("&amp;", "&")]
        for (entity, character) in entities { text = text.replacing(entity, with: character) }
        return text
    }
}
