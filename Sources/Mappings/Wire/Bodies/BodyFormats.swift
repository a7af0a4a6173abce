/// The formats of bodies that mappings may name.
package enum BodyFormats {
    /// Without a `Content-Type` the first that fits is taken, and a form fits every body: it stays last.
    static let all: [any BodyFormat] = [JSONBodyFormat(), FormBodyFormat()]

    static func named(_ name: String) -> (any BodyFormat)? { all.first { $0.name == name } }

    /// Hides the values of these members in a body of any format, whatever its `Content-Type` says.
    package static func masking(_ names: Set<String>, in body: [UInt8], with mask: String) -> [UInt8] {
        guard !names.isEmpty, !body.isEmpty, let format = all.first(where: { $0.fits(body) }) else { return body }
        return format.masking(names, in: body, with: mask)
    }
}

extension RequestPlan {
    /// The format of the bodies that the gateway writes; nil if it writes none.
    var writtenFormat: (any BodyFormat)? { readsBody(methods[0]) ? formats.first : nil }

    /// The format of a request's body by its `Content-Type`, or by its bytes if it has none; nil if the fields are in the query.
    func format(of request: WireRequest) throws(Refusal) -> (any BodyFormat)? {
        guard readsBody(request.method) else { return nil }
        guard let type = request.header("Content-Type"), !type.isEmpty else {
            let known = BodyFormats.all.first { format in format.fits(request.body) && formats.contains { $0.name == format.name } }
            return known ?? formats[0]
        }
        for format in formats where type == format.contentType { return format }
        let mediaType = Substring(type.utf8.prefix { $0 != UInt8(ascii: ";") }).trimmed.lowercased()
        for format in formats where format.isNamed(by: mediaType) { return format }
        let wanted = formats.map(\.contentType).joined(separator: " or ")
        throw Refusal(.unsupportedMediaType, "Content-Type \(type.quotedBriefly) is not read here; send \(wanted)")
    }
}
