/// How an encoder spells the characters of a parameter that may be spelled in several ways. All of them encode `&`, `=`, `+` and `%`, so that
/// a text can be taken apart in one way only.
struct ParameterSpelling: Sendable {
    /// Punctuation that stays as it is, beside `-`, `.` and `_`.
    var kept: String
    /// Whether a space is `+`, or `%20`.
    var plusIsSpace = false
    /// Whether `%c3`, or `%C3`.
    var isLowercase = false

    /// RFC 3986: PHP's rawurlencode, curl.
    static let rfc3986 = ParameterSpelling(kept: "~")

    /// The others: a space, `~` and `*` in every combination, then those that keep more.
    static let others: [ParameterSpelling] = [
        // Python's urlencode, Go.
        ParameterSpelling(kept: "~", plusIsSpace: true),
        // PHP's http_build_query.
        ParameterSpelling(kept: "", plusIsSpace: true),
        // URLSearchParams, Java, Ruby.
        ParameterSpelling(kept: "*", plusIsSpace: true),
        // encodeURIComponent, Perl.
        ParameterSpelling(kept: "~!*'()"),
        ParameterSpelling(kept: ""), ParameterSpelling(kept: "*"), ParameterSpelling(kept: "~*"),
        ParameterSpelling(kept: "~*", plusIsSpace: true),
        // Python's quote.
        ParameterSpelling(kept: "~/"),
        // .NET, twice.
        ParameterSpelling(kept: "!*()", plusIsSpace: true), ParameterSpelling(kept: "!*()", plusIsSpace: true, isLowercase: true),
        // Axios.
        ParameterSpelling(kept: "~!*'():$,", plusIsSpace: true),
    ]

    /// All punctuation that some encoder keeps and another does not.
    private static let free = Array("~!*'()/:$,".utf8)

    private static func mask(_ text: some Sequence<UInt8>) -> UInt32 {
        text.reduce(0) { mask, byte in free.firstIndex(of: byte).map { mask | 1 << UInt32($0) } ?? mask }
    }

    func encoded(_ pairs: [(name: String, value: String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        let kept = Array(self.kept.utf8)
        for (name, value) in pairs {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
            append(name, kept, to: &bytes)
            bytes.append(UInt8(ascii: "="))
            append(value, kept, to: &bytes)
        }
        return bytes
    }

    private func append(_ text: String, _ kept: [UInt8], to bytes: inout [UInt8]) {
        let letter: UInt8 = isLowercase ? UInt8(ascii: "a") : UInt8(ascii: "A")
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : letter + value - 10 }
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): bytes.append(byte)
            case UInt8(ascii: " ") where plusIsSpace: bytes.append(UInt8(ascii: "+"))
            case _ where kept.contains(byte): bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(digit(byte >> 4))
                bytes.append(digit(byte & 15))
            }
        }
    }

    /// Those of `others` whose texts of these pairs differ from each other and from `rfc3986`.
    static func others(of pairs: [(name: String, value: String)]) -> [ParameterSpelling] {
        var present: UInt32 = 0
        var (hasSpace, hasEncoded) = (false, false)
        for text in pairs.lazy.flatMap({ [$0.name, $0.value] }) {
            for byte in text.utf8 {
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): continue
                case UInt8(ascii: " "): hasSpace = true
                default: present |= mask(CollectionOfOne(byte))
                }
                hasEncoded = true
            }
        }
        guard hasEncoded else { return [] }
        var keys: Set<UInt32> = []
        return ([rfc3986] + others).filter { spelling in
            var key = mask(spelling.kept.utf8) & present
            if hasSpace, spelling.plusIsSpace { key |= 1 << 30 }
            if spelling.isLowercase { key |= 1 << 31 }
            return keys.insert(key).inserted
        }.filter { $0.kept != rfc3986.kept || $0.plusIsSpace }
    }
}
