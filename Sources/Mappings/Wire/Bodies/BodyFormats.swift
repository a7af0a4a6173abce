/// The formats of bodies that mappings may name.
package enum BodyFormats {
    static let json = JSONBodyFormat()
    static let xml = XMLBodyFormat()
    static let form = FormBodyFormat()

    /// Without a `Content-Type` the first that fits is taken, and a form fits every body: it stays last.
    static let all: [any BodyFormat] = [json, xml, form]

    /// The format that a body has by its first bytes.
    static func guess(_ body: [UInt8]) -> (any BodyFormat)? { all.first { $0.fits(body) } }

    /// Whether a body is one JSON text, but for the encoding of its characters.
    package static func isJSON(_ body: [UInt8]) -> Bool { json.fits(body) && (try? JSONDocument(placesOf: body)) != nil }

    package static func looksLikeJSON(_ body: [UInt8]) -> Bool { json.fits(body) }

    /// Whether a body is one JSON text or XML document.
    package static func isDocument(_ body: [UInt8]) -> Bool { isJSON(body) || xml.fits(body) && XMLDocument(parsing: body) != nil }

    /// Whether a body begins as JSON or XML does and is neither.
    package static func isBrokenDocument(_ body: [UInt8]) -> Bool { (json.fits(body) || xml.fits(body)) && !isDocument(body) }

    /// The `Content-Type` of a body that says by its first sign what it is; nil for any other.
    package static func documentType(of body: [UInt8]) -> String? {
        json.fits(body) ? json.contentType : xml.fits(body) ? xml.contentType : nil
    }

    static func named(_ name: String) -> (any BodyFormat)? { all.first { $0.name == name } }

    /// Hides the values of these members in a body of any format, whatever its `Content-Type` says.
    package static func masking(_ names: Set<String>, in body: [UInt8], with mask: String) -> [UInt8] {
        guard !names.isEmpty, !body.isEmpty, let format = guess(body) else { return body }
        return format.masking(names, in: body, with: mask)
    }
}

extension RequestPlan {
    /// Whether bodies may be XML.
    var readsXML: Bool { formats.contains { $0 === BodyFormats.xml } }

    /// The format of the bodies that the gateway writes; nil if it writes none.
    var writtenFormat: (any BodyFormat)? { readsBody(methods[0]) ? formats.first : nil }

    /// The format of a request's body by its `Content-Type`, or by its bytes if it has none; nil if the fields are in the query.
    func format(of request: WireRequest) throws(Refusal) -> (any BodyFormat)? {
        guard readsBody(request.method) else { return nil }
        switch declaration(of: request) {
        case .format(let format): return format
        case .nothing:
            let known = BodyFormats.all.first { format in format.fits(request.body) && formats.contains { $0.name == format.name } }
            return known ?? formats[0]
        case .other(let type): throw unread(type)
        }
    }

    /// What a request says about its body.
    enum Declaration {
        case format(any BodyFormat)
        case nothing
        /// Another `Content-Type`, as sent.
        case other(String)
    }

    func declaration(of request: WireRequest) -> Declaration {
        guard let type = request.header("Content-Type"), !type.isEmpty else { return .nothing }
        for format in formats where type == format.contentType { return .format(format) }
        let mediaType = Substring(type.utf8.prefix { $0 != UInt8(ascii: ";") }).trimmed.lowercased()
        for format in formats where format.isNamed(by: mediaType) { return .format(format) }
        return .other(type)
    }

    func unread(_ type: String) -> Refusal {
        let wanted = formats.map(\.contentType).joined(separator: " or ")
        return Refusal(.unsupportedMediaType, "Content-Type \(type.quotedBriefly) is not read here; send \(wanted)")
    }
}
