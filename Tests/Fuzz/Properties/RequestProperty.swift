import Mappings

/// Any request becomes a conversion that the store gives back equal and that is written for every tracker or skipped with a reason; or a refusal
/// with a code and a sentence. What proves the sender is in neither.
enum RequestProperty {
    private static let secret = "S3cr3t~Value"

    /// A request: its line, headers, an empty line, a body. The path chooses the tracker.
    static func check(_ bytes: [UInt8]) throws(Violation) {
        let bare = request(bytes)
        let mappings = MappingCatalog.builtIn.mappings
        let mapping = mappings.first { $0.request.path.match(bare.path) != nil } ?? mappings[bytes.count % mappings.count]
        let raw = mapping.addingCredentials(
            Dictionary(uniqueKeysWithValues: mapping.credentials.map { ($0.name, secret) }), to: bare,
            at: SampleConversions.identity.receivedAt)
        let outcome = Result { () throws(Refusal) in
            let parsed = try mapping.parse(raw, pathValues: mapping.request.path.match(raw.path) ?? [:])
            return try MappingReader(mapping, defaults: [(.field(.currency), .text("EUR"))]).read(parsed, as: SampleConversions.identity)
        }
        switch outcome {
        case .success(let conversion): try check(conversion)
        case .failure(let refusal): try check(refusal)
        }
    }

    private static func check(_ refusal: Refusal) throws(Violation) {
        try Violation.require(!refusal.failures.isEmpty, "refused without a failure")
        for failure in refusal.failures {
            try Violation.require(!failure.code.rawValue.isEmpty && !failure.sentence.isEmpty, "\(failure) says nothing")
            try Violation.require(!failure.sentence.contains(secret), "a refusal shows the secret: \(failure.sentence)")
        }
    }

    private static func check(_ conversion: Conversion) throws(Violation) {
        let document = conversion.document()
        try Violation.require(!document.text.contains(secret), "the document shows the secret: \(document.text)")
        guard let again = try? Conversion(document: document) else {
            throw Violation(description: "the document cannot be read back: \(document.text)")
        }
        try Violation.require(again.document() == document, "\(document.text) comes back as \(again.document().text)")
        try Violation.require(
            again.contentDigest() == conversion.contentDigest(), "what comes back counts as other content: \(document.text)")
        for writer in writers {
            switch Result(catching: { () throws(Skip) in try writer.write(conversion, at: conversion.receivedAt) }) {
            case .success(let request): try check(request, conversion, by: writer.mapping)
            case .failure(let skip):
                try Violation.require(!skip.reason.isEmpty, "\(writer.mapping.name) is skipped without a reason: \(document.text)")
            }
        }
    }

    private static let writers: [MappingWriter] = MappingCatalog.builtIn.mappings.compactMap { mapping in
        try? MappingWriter(
            mapping, url: "https://t.example", settings: ["brand": .text("b"), "offer": .text("o")],
            credentials: Dictionary(uniqueKeysWithValues: mapping.credentials.map { ($0.name, "out") }))
    }

    /// What goes out is proper, and its own tracker's mapping reads it as the same amount.
    private static func check(_ request: OutboundRequest, _ conversion: Conversion, by main: Mapping) throws(Violation) {
        let message = request.update.flatMap { name in main.messages.first { $0.name == name } }
        guard let mapping = message == nil ? main : message?.inbound else { return }
        try Violation.require(
            request.url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "\(mapping.name) gets a URL that is none: \(request.url)")
        for (name, value) in request.headers {
            try Violation.require(
                value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }, "\(mapping.name) gets a header \(name) that ends early")
        }
        let target = request.url.dropFirst("https://t.example".count)
        let wire = WireRequest(
            method: request.method, path: String(target.prefix { $0 != "?" }), query: String(target.drop { $0 != "?" }.dropFirst()),
            headers: request.headers, body: request.body)
        guard let values = mapping.request.path.match(wire.path), let parsed = try? mapping.parse(wire, pathValues: values) else {
            throw Violation(description: "\(mapping.name) cannot read what it was sent: \(request.url) \(request.body.text)")
        }
        if let signature = mapping.signature {
            let isSigned = Signer(signature, secret: "out", forms: []).verifies(parsed)
            try Violation.require(
                isSigned, "\(mapping.name) was sent a signature that it does not take: \(request.url) \(request.body.text)")
        }
        guard
            let back = try? MappingReader(mapping, defaults: [(.field(.currency), conversion[.currency])])
                .read(parsed, as: SampleConversions.identity)
        else { throw Violation(description: "\(mapping.name) was sent what it refuses: \(request.url) \(request.body.text)") }
        if let amount = conversion[.amount].number, !back[.amount].isAbsent {
            // Minor units cannot hold more decimals than the currency has; the request says that it was rounded.
            let isRounded = request.warnings.contains { $0.contains("sent as") }
            let sent = isRounded ? conversion.currency?.minorUnits.map { amount.rounded(toDecimals: $0, .halfUp) } : amount
            try Violation.require(
                back[.amount].number == sent && back[.currency] == conversion[.currency],
                "\(mapping.name) was sent \(back[.currency]) \(back[.amount]) for \(conversion[.currency]) \(conversion[.amount])")
        }
    }

    private static func request(_ bytes: [UInt8]) -> WireRequest {
        var rest = bytes[...]
        func line() -> String? {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            defer { rest = rest[(end + 1)...] }
            return Array(rest[..<end]).text.trimmingSuffix("\r")
        }
        let words = (line() ?? "").split(separator: " ").map(String.init)
        let target = words.count > 1 ? words[1] : "/"
        var headers: [(name: String, value: String)] = []
        while let text = line(), !text.isEmpty {
            let name = text.prefix { $0 != ":" }
            headers.append((String(name), String(text.dropFirst(name.count + 1))))
        }
        return WireRequest(
            method: words.first ?? "GET", path: String(target.prefix { $0 != "?" }), query: String(target.drop { $0 != "?" }.dropFirst()),
            headers: headers, body: Array(rest))
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String { hasSuffix(suffix) ? String(dropLast(suffix.count)) : self }
}
