import Mappings

/// Parameters that are written and read again are the same, name by name.
enum QueryProperty {
    static func check(_ bytes: [UInt8]) throws(Violation) {
        let parameters = Parameters(decoding: bytes)
        let written = parameters.pairs.map { "\($0.name.percentEncoded)=\($0.value.percentEncoded)" }.joined(separator: "&")
        let again = Parameters(decoding: written)
        // A mangled currency or `amp;` is repaired once, and a name may still look like one.
        guard again.warnings.isEmpty else { return }
        try Violation.require(
            again.pairs.elementsEqual(parameters.pairs) { $0.name == $1.name && $0.value == $1.value },
            "\(parameters.pairs) was written as \(written) and read as \(again.pairs)")
        for (_, value) in parameters.pairs {
            try Violation.require(value.percentEncoded.percentDecoded == value, "'\(value)' comes back otherwise from a path")
            try Violation.require(value.percentEncoded.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "'\(value)' is not encoded")
        }
    }
}
