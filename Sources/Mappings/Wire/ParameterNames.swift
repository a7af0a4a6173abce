/// Names of parameters, to be found among encoded ones without decoding each: a hostile query is nothing but names.
struct ParameterNames: Sendable {
    private let names: [String]
    /// No name takes more bytes, even if each of them, and an `amp;` before it, is percent-encoded.
    private let longest: Int

    init(_ names: some Sequence<String>) {
        self.names = Array(names)
        longest = 3 * ((self.names.map(\.utf8.count).max() ?? -4) + 4)
    }

    /// Whether an encoded name is one of these, as `Parameters` reads it.
    func contain(_ encoded: ArraySlice<UInt8>) -> Bool {
        guard encoded.count <= longest else { return false }
        let isPlain = encoded.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: ";") }
        if isPlain { return names.contains { $0.utf8.elementsEqual(encoded) } }
        guard let name = Parameters(decoding: Array(encoded)).pairs.first?.name else { return false }
        return names.contains(name)
    }
}
