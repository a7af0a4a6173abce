/// Bodies as they come: in the format that their `Content-Type` names, or in another.
///
/// `curl -d` calls everything a form, many libraries send JSON as `text/plain`, and some send a form as JSON. The bytes decide then, with a
/// warning: a body that begins with `{` and is JSON, one that begins with `<` and is XML if the mapping reads that, or a form with at least one
/// pair that the mapping knows. None can be taken for another.
extension RequestPlan {
    func readBody(by layout: RequestLayout, into parsed: inout ParsedRequest) throws(Refusal) {
        let declared = declaration(of: parsed.request)
        guard case .format(let format) = declared, BodyFormats.guess(parsed.request.body) === format else {
            return try readOddBody(declared, by: layout, into: &parsed)
        }
        parsed.format = format
        try format.read(layout, into: &parsed)
    }

    private func readOddBody(_ declared: Declaration, by layout: RequestLayout, into parsed: inout ParsedRequest) throws(Refusal) {
        let body = parsed.request.body
        guard let first = body.firstOfText else { return try readDeclared(declared, by: layout, into: &parsed) }
        if readsXML, BodyFormats.xml.fits(body) { return try readOddXML(declared, by: layout, into: &parsed) }
        let isObject = first == UInt8(ascii: "{") && !formats.allSatisfy { $0 === BodyFormats.xml }
        let json = isObject ? Result { () throws(JSONError) in try JSONDocument.reading(body) } : nil
        if case .success(let (document, repair))? = json {
            parsed.warnings.append(declared.warning(readAs: "JSON", parsed.request))
            if let repair { parsed.note(repair, in: document) }
            parsed.format = BodyFormats.json
            return try BodyFormats.json.read(document, layout, into: &parsed)
        }
        if layout.knowsParameter(of: body) { return try readForm(declared, by: layout, into: &parsed) }
        if case .failure(let problem)? = json, !declared.isOther { throw JSONBodyFormat.refusal(of: problem) }
        try readDeclared(declared, by: layout, into: &parsed)
    }

    private func readOddXML(_ declared: Declaration, by layout: RequestLayout, into parsed: inout ParsedRequest) throws(Refusal) {
        let root: XMLElement
        do throws(XMLReader.Mistake) {
            root = try XMLReader.read(parsed.request.body)
        } catch {
            if layout.knowsParameter(of: parsed.request.body) { return try readForm(declared, by: layout, into: &parsed) }
            throw XMLBodyFormat.refusal(of: error)
        }
        parsed.warnings.append(declared.warning(readAs: "XML", parsed.request))
        parsed.format = BodyFormats.xml
        try BodyFormats.xml.read(root, layout, into: &parsed)
    }

    private func readForm(_ declared: Declaration, by layout: RequestLayout, into parsed: inout ParsedRequest) throws(Refusal) {
        if !declared.isForm { parsed.warnings.append(declared.warning(readAs: "a form", parsed.request)) }
        parsed.format = BodyFormats.form
        try BodyFormats.form.read(layout, into: &parsed)
    }

    /// Lets the format that the request declares say what is wrong with the body.
    private func readDeclared(_ declared: Declaration, by layout: RequestLayout, into parsed: inout ParsedRequest) throws(Refusal) {
        guard let format = try format(of: parsed.request) else { return }
        parsed.format = format
        try format.read(layout, into: &parsed)
    }
}

extension RequestPlan.Declaration {
    fileprivate var isForm: Bool {
        if case .format(let format) = self { format === BodyFormats.form } else { false }
    }

    fileprivate var isOther: Bool {
        if case .other = self { true } else { false }
    }

    fileprivate func warning(readAs format: String, _ request: WireRequest) -> String {
        if case .nothing = self { return "no Content-Type was sent; the body was read as \(format)" }
        let type = (request.header("Content-Type") ?? "").quotedBriefly
        return "Content-Type \(type) does not fit the body; it was read as \(format)"
    }
}

extension RequestLayout {
    /// Whether a form has at least one pair `name=value` whose name is a field or a secret.
    fileprivate func knowsParameter(of form: [UInt8]) -> Bool {
        let fields = members.filter(\.content.isValue).map(\.name)
        let names = ParameterNames(fields + parameters.filter { $0.place == .query }.map(\.name) + secretNames)
        return form[FormBodyFormat.start(of: form)...].split(separator: UInt8(ascii: "&")).contains { part in
            let name = part.prefix { $0 != UInt8(ascii: "=") }
            return name.count < part.count && names.contain(name)
        }
    }
}
