/// A request as conditions look at it: each part is decoded when a condition asks for it, and the body once.
///
/// A class, so that what was decoded for one condition is there for the next. For one request on one thread.
package final class RawRequest {
    let request: WireRequest
    private lazy var query = Parameters(decoding: Array(request.query.utf8), upTo: RequestLimits.parameters)
    private lazy var body = Body(request.body)

    package init(_ request: WireRequest) { self.request = request }

    package var method: String { request.method }

    /// Absent if the request has no such part, or an empty one.
    ///
    /// - Parameter settings: of the source, in the order of the mapping's list.
    func value(_ part: RequestPart, _ settings: [Value]) -> Value {
        switch part {
        case .method: .text(request.method)
        case .path: .text(request.path)
        case .header(let name): request.header(name).asPresent
        case .query(let name): query[name].asPresent
        case .body(let steps): body.value(steps)
        case .root: body.root.asPresent
        case .setting(let index): settings[index]
        }
    }

    private enum Body {
        case json(JSONDocument)
        case xml(XMLElement)
        case form(Parameters)
        case nothing

        init(_ bytes: [UInt8]) {
            guard let first = bytes.firstOfText else {
                self = .nothing
                return
            }
            if BodyFormats.xml.fits(bytes), let document = XMLDocument(parsing: bytes) {
                self = .xml(document.root)
            } else if first != UInt8(ascii: "{"), first != UInt8(ascii: "[") {
                self = .form(Parameters(decoding: bytes, upTo: RequestLimits.parameters))
            } else if let (document, _) = try? JSONDocument.reading(bytes) {
                self = .json(document)
            } else {
                self = .nothing
            }
        }

        func value(_ steps: [RequestPart.Step]) -> Value {
            switch self {
            case .json(let document): document.value(at: steps)
            case .xml(let root): root.value(at: steps)
            case .form(let parameters): parameters[steps.parameterName].asPresent
            case .nothing: .absent
            }
        }

        /// The name of an XML document's first element, without the prefix of its namespace.
        var root: String? {
            if case .xml(let root) = self { root.localName } else { nil }
        }
    }
}

extension String? {
    fileprivate var asPresent: Value {
        guard let self, !self.isBlank else { return .absent }
        return .text(self)
    }
}

extension [RequestPart.Step] {
    /// As a form has it: `order.id`, `lines[0].sku`.
    fileprivate var parameterName: String {
        var name = ""
        for step in self {
            switch step {
            case .member(let member): name += name.isEmpty ? member : ".\(member)"
            case .element(let number): name += "[\(number)]"
            }
        }
        return name
    }
}

extension JSONDocument {
    fileprivate func value(at steps: [RequestPart.Step]) -> Value {
        var node = root
        for step in steps {
            switch step {
            case .member(let name):
                guard let next = member(name, of: node) else { return .absent }
                node = next
            case .element(let number):
                guard let next = elements(node).dropFirst(number).first(where: { _ in true }) else { return .absent }
                node = next
            }
        }
        return fieldValue(node)
    }

    /// An object or a list that has something in it is a text: a condition can ask whether it is there.
    private func fieldValue(_ node: JSONNode) -> Value {
        switch kind(node) {
        case .null: return .absent
        case .true: return .flag(true)
        case .false: return .flag(false)
        case .number:
            let text = string(node)
            return (try? ExactDecimal(parsing: text)).map(Value.number) ?? .text(text)
        case .string: return Optional(string(node)).asPresent
        case .array, .object: return count(node) == 0 ? .absent : .text(string(node))
        }
    }
}

extension XMLElement {
    /// Below the root. An element that has something in it is a text: a condition can ask whether it is there.
    fileprivate func value(at steps: [RequestPart.Step]) -> Value {
        var found = [self]
        for step in steps {
            switch step {
            case .member(let name) where name.hasPrefix("@"):
                return found.first?.attribute(named: String(name.dropFirst())).asPresent ?? .absent
            case .member("$"): return Optional(found.first?.text.trimmed ?? "").asPresent
            case .member(let name): found = found.first?.children.filter { $0.isNamed(name) } ?? []
            case .element(let number): found = found.indices.contains(number) ? [found[number]] : []
            }
        }
        guard let element = found.first, !element.isVacant else { return .absent }
        return .text(element.text.isBlank ? element.name : element.text.trimmed)
    }
}
