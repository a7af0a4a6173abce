/// The place of a value in a request, in steps that are read and written alike: `data[0].contents[].id`.
package struct WirePath: Sendable, Hashable {
    package enum Step: Sendable, Hashable {
        case member(String)
        /// One element of a list, from 0.
        case position(Int)
        /// The first element of a list whose member has this text.
        case filter(member: String, text: String)
        /// Each element of a list.
        case each
        /// Each member of an object, whatever its name; the name may be a part of the item.
        case eachMember(Item.Part?)
        /// Each of the members or parameters `ITEM1`, `ITEM2` and so on.
        case numbered(prefix: String, first: Int, suffix: String)
    }

    package var steps: [Step]
    /// Of the query of the URL that is there.
    package var parameter: String?

    package init(_ steps: [Step], parameter: String? = nil) {
        self.steps = steps
        self.parameter = parameter
    }
}

extension WirePath {
    /// Whether it leads to one value through objects alone.
    var isPlain: Bool { parameter == nil && steps.allSatisfy { if case .member = $0 { true } else { false } } }

    /// The places of the steps that lead to several values.
    var lists: [Int] { steps.indices.filter { steps[$0].isList } }

    /// As a file has it.
    var text: String { Self.text(of: steps[...]) + (parameter.map { "?" + $0 } ?? "") }

    static func text(of steps: ArraySlice<Step>) -> String {
        var text = ""
        for step in steps {
            if step.isName, !text.isEmpty { text += "." }
            text += step.text
        }
        return text
    }
}

extension WirePath.Step {
    /// Whether it leads to several values.
    var isList: Bool {
        switch self {
        case .each, .eachMember, .numbered: true
        case .member, .position, .filter: false
        }
    }

    fileprivate var isName: Bool {
        switch self {
        case .member, .numbered: true
        case .position, .filter, .each, .eachMember: false
        }
    }

    var text: String {
        switch self {
        case .member(let name): name
        case .position(let position): "[\(position)]"
        case .filter(let member, let text): "[\(member)=\(text)]"
        case .each: "[]"
        case .eachMember(let part): "{\(part?.wireName ?? "")}"
        case .numbered(let prefix, let first, let suffix): "\(prefix){\(first)..}\(suffix)"
        }
    }
}
