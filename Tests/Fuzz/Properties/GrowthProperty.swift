import Mappings

/// A request that repeats a part of itself, up to a quarter of a mebibyte, is read or refused at a cost that grows with its bytes alone: the
/// fuzzer gives up on one that takes longer, and what is kept of it is never more than a small multiple of what was sent.
///
/// The first byte of an input chooses the shape, the second the size; the rest is repeated.
enum GrowthProperty {
    static func check(_ bytes: [UInt8]) throws(Violation) {
        guard bytes.count > 2 else { return }
        let shape = RequestShape.allCases[Int(bytes[0]) % RequestShape.allCases.count]
        let part = Array(bytes[2...])
        let size = 1 << (8 + Int(bytes[1]) % 11)
        for mapping in MappingCatalog.builtIn.mappings {
            var request = shape.request(of: part, size: size, to: mapping)
            request.headers.append(("X-RS-Sign", String(repeating: "a", count: 64)))
            let values = mapping.request.path.match(request.path) ?? [:]
            let outcome = Result { () throws(Refusal) in
                try MappingReader(mapping, defaults: [(.field(.currency), .text("EUR"))]).read(
                    mapping.parse(request, pathValues: values), as: SampleConversions.identity)
            }
            try check(outcome, of: request)
            if let plan = mapping.signature, let parsed = try? mapping.parse(request, pathValues: values) {
                try Violation.require(!Signer(plan, secret: "k", forms: []).verifies(parsed), "a made-up signature was taken")
            }
            _ = mapping.parseCredentials(request, pathValues: values)
        }
    }

    private static func check(_ outcome: Result<Conversion, Refusal>, of request: WireRequest) throws(Violation) {
        let sent = request.query.utf8.count + request.body.count + 1000
        switch outcome {
        case .success(let conversion):
            let names = conversion.extra.members.map(\.key)
            try Violation.require(Set(names.map { Array($0.utf8) }).count == names.count, "two members of extra have one name: \(names)")
            let kept = conversion.document().count
            try Violation.require(kept <= 32 * sent, "\(kept) bytes are kept of \(sent)")
        case .failure(let refusal):
            let said = refusal.reason.utf8.count
            try Violation.require(said <= 32 * sent, "\(said) bytes are said about \(sent)")
        }
    }
}
