/// A JSON document with expressions in it: written as a reply, and laid over a tracker's reply to recognise it.
///
/// A text that is one expression and nothing else keeps the value's kind: `"{payout}"` writes a number.
package indirect enum JSONTemplate: Sendable {
    case literal(JSONValue)
    /// Whatever is there, and not null; written as nothing.
    case anything
    case value(Expression, name: String)
    case text(Template)
    case list(name: String)
    case object([(key: String, value: JSONTemplate)])
    case array([JSONTemplate])

    /// The number of fixed values in it.
    var weight: Int {
        switch self {
        case .literal, .anything: 1
        case .value, .text, .list: 0
        case .object(let members): members.isEmpty ? 1 : members.reduce(0) { $0 + $1.value.weight }
        case .array(let elements): elements.isEmpty ? 1 : elements.reduce(0) { $0 + $1.weight }
        }
    }

    static func compile(_ node: YAMLNode, names: ExpressionNames, into diagnostics: inout Diagnostics) -> JSONTemplate {
        switch node.content {
        case .list(let elements): return .array(elements.map { compile($0, names: names, into: &diagnostics) })
        case .map(let entries):
            return .object(entries.map { ($0.key.scalar ?? "", compile($0.value, names: names, into: &diagnostics)) })
        case .scalar(let text, _):
            guard text.contains("{") else { return .literal(node.jsonValue) }
            if text == "{null}" { return .literal(.null) }
            if text == "{...}" { return .anything }
            if let name = ReplyVariables.listNames.first(where: { text == "{\($0)}" }) { return .list(name: name) }
            let place = node.textLocation
            guard let template = Template.parse(text, at: place, names: names, into: &diagnostics) else { return .literal(.null) }
            if let expression = template.onlyValue { return .value(expression, name: template.sources[0]) }
            return .text(template)
        }
    }

    /// Absent values are left out of objects.
    func write(_ input: borrowing ExpressionInput, lists: ReplyVariables, into json: inout JSONWriter) {
        switch self {
        case .literal(let value): json.write(value)
        case .anything: json.write(.null)
        case .value(let expression, _): json.write(expression.value(input).jsonValue)
        case .text(let template): json.string(template.text(input))
        case .list(let name): json.write(lists.list(name))
        case .array(let elements):
            json.beginArray()
            for element in elements { element.write(input, lists: lists, into: &json) }
            json.endArray()
        case .object(let members):
            json.beginObject()
            for (key, value) in members {
                if case .value(let expression, _) = value, expression.value(input).isAbsent { continue }
                if case .anything = value { continue }
                json.key(key)
                value.write(input, lists: lists, into: &json)
            }
            json.endObject()
        }
    }

    func value(_ input: borrowing ExpressionInput) -> JSONValue {
        var json = JSONWriter()
        write(input, lists: ReplyVariables(), into: &json)
        return (try? JSONValue(parsing: json.bytes)) ?? .null
    }

    /// Whether a document has every fixed value of this template; `captured` takes the values in the places of names. Further members do not
    /// matter, but an object or a list that the template has empty is empty.
    func matches(_ value: JSONValue, captured: inout [String: JSONValue]) -> Bool {
        switch self {
        case .literal(let expected):
            return expected == value
        case .anything: return value != .null
        case .value(_, let name):
            captured[name] = value
            return value != .null
        case .text: return true
        case .list: return true
        case .object(let members):
            guard case .object(let object) = value else { return false }
            if members.isEmpty { return object.members.isEmpty }
            return members.allSatisfy { key, template in
                guard let member = object[key] else {
                    if case .value(_, let name) = template { return name != "id" }
                    return template.weight == 0
                }
                return template.matches(member, captured: &captured)
            }
        case .array(let elements):
            guard case .array(let values) = value, values.count >= elements.count else { return false }
            if elements.isEmpty { return values.isEmpty }
            return zip(elements, values).allSatisfy { $0.matches($1, captured: &captured) }
        }
    }
}

extension Value {
    /// As JSON has it: numbers as numbers, times as ISO 8601 texts.
    package var jsonValue: JSONValue {
        switch self {
        case .absent: .null
        case .text(let text): .string(text)
        case .number(let number): .number(number.description)
        case .flag(let flag): .bool(flag)
        case .time(let time): .string(time.description)
        }
    }
}
