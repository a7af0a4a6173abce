import Mappings

/// What an answer's body is, whatever its headers say of it: PHP says `text/html` before a plain `OK`.
enum AnswerContent {
    case empty
    /// A pixel.
    case image
    case json(JSONValue)
    case page(HTMLPage)
    /// Without a byte order mark, and without blanks at its ends.
    case text(ArraySlice<UInt8>)
    /// By its name: `gzip`.
    case packed(String)
    /// Neither text nor an image.
    case binary

    /// What is looked at to tell a text from anything else, and to find words in it.
    static let lookedAt = 4096

    init(of reply: Reply) {
        let bytes = Self.trimmed(reply.body)
        if bytes.isEmpty {
            self = .empty
        } else if Self.isImage(bytes) {
            self = .image
        } else if let page = HTMLPage(bytes) {
            self = .page(page)
        } else if let encoding = reply.encoding, !Self.isText(bytes) || String(validating: bytes, as: UTF8.self) == nil {
            self = .packed(encoding)
        } else if bytes.starts(with: [0x1F, 0x8B]) {
            self = .packed("gzip")
        } else if !Self.isText(bytes) {
            self = .binary
        } else if let value = try? JSONValue(parsing: Array(bytes)) {
            self = .json(value)
        } else {
            self = .text(bytes)
        }
    }

    private static func trimmed(_ body: [UInt8]) -> ArraySlice<UInt8> {
        var bytes = body[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        bytes = bytes.drop { isBlank($0) }
        // A server written in C may send the text's last byte.
        while let last = bytes.last, isBlank(last) || last == 0 { bytes.removeLast() }
        return bytes
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.prefix(lookedAt).allSatisfy { $0 >= 0x20 || isBlank($0) || $0 == 0x08 || $0 == 0x1B }
    }

    /// The first bytes of GIF, PNG, JPEG, WebP and icons.
    private static let imageStarts: [[UInt8]] = [
        Array("GIF8".utf8), [0x89] + Array("PNG".utf8), [0xFF, 0xD8, 0xFF], Array("RIFF".utf8), [0, 0, 1, 0],
    ]

    /// By its first bytes. A text may begin with BMP's.
    private static func isImage(_ bytes: ArraySlice<UInt8>) -> Bool {
        imageStarts.contains { bytes.starts(with: $0) } || bytes.starts(with: "BM".utf8) && !isText(bytes)
    }
}
