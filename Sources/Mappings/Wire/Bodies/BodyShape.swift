/// What a mapping writes into a body.
struct BodyShape: Sendable {
    /// Members that are the same in every request: credentials. They come first.
    var constants: [(name: String, value: String)]
    /// The fields in the order of the file.
    var fields: [Field]
    /// Whether members are written in the order of their names' bytes.
    var isSorted: Bool
    /// The steps that lead to the list of conversions, if the body holds one.
    var batch: [WirePath.Step]?
    /// The name of an XML document's first element.
    var xmlRoot: String?

    struct Field: Sendable {
        var name: String
        var steps: [WirePath.Step]
        /// The step that leads to each item.
        var items: Int?
        /// The field that gives the name of an object's member, if items are members of one.
        var key: Int?
        /// Its place in the mapping.
        var index: Int
    }

    /// The same as a tree, for formats that have objects and lists.
    var root: BodyMember.Content {
        var root = BodyMember.Content.object(constants.map { BodyMember(name: $0.name, content: .constant($0.value)) })
        if constants.isEmpty, batch?.isEmpty == true { root = .elements([]) }
        for field in fields { root.insert(field, 0) }
        if let batch { root.markBatch(batch[...]) }
        if isSorted { root.sort() }
        return root
    }
}

/// One member of a body, with all that it holds; an element of a list has no name.
struct BodyMember: Sendable {
    var name: String
    var content: Content

    indirect enum Content: Sendable {
        case field(Int)
        case constant(String)
        /// What a filter finds its element by. Alone it is no reason to write the element.
        case mark(String)
        case object([BodyMember])
        /// A list of fixed elements, by position or by filter.
        case elements([(step: WirePath.Step, content: Content)])
        /// A list of one: the conversion itself.
        case batch(Content)
        /// A list of the conversion's items.
        case items(Content)
        /// An object of them, named by a field or else by their numbers.
        case keyed(Int?, Content)
        /// Members of the object that it stands in.
        case numbered(prefix: String, first: Int, suffix: String, Content)
    }
}

extension BodyMember.Content {
    fileprivate mutating func insert(_ field: BodyShape.Field, _ index: Int) {
        guard index < field.steps.count else {
            self = .field(field.index)
            return
        }
        switch field.steps[index] {
        case .member(let name): insert(field, index, into: name) { _ in }
        case .numbered(let prefix, let first, let suffix):
            insert(field, index, into: field.steps[index].text) { content in
                var inner = BodyMember.Content.object([])
                if case .numbered(_, _, _, let known) = content { inner = known }
                inner.insert(field, index + 1)
                content = .numbered(prefix: prefix, first: first, suffix: suffix, inner)
            }
        case .each:
            var inner = BodyMember.Content.object([])
            if case .items(let known) = self { inner = known }
            inner.insert(field, index + 1)
            self = .items(inner)
        case .eachMember:
            var inner = BodyMember.Content.object([])
            if case .keyed(_, let known) = self { inner = known }
            inner.insert(field, index + 1)
            self = .keyed(field.key, inner)
        case .position, .filter:
            var elements: [(step: WirePath.Step, content: BodyMember.Content)] = []
            if case .elements(let known) = self { elements = known }
            let place = elements.firstIndex { $0.step == field.steps[index] } ?? elements.count
            if place == elements.count { elements.append((field.steps[index], .beginning(with: field.steps[index]))) }
            elements[place].content.insert(field, index + 1)
            elements.sort { $0.step.rank < $1.step.rank }
            self = .elements(elements)
        }
    }

    private mutating func insert(_ field: BodyShape.Field, _ index: Int, into name: String, _ change: (inout Self) -> Void) {
        var members: [BodyMember] = []
        if case .object(let known) = self { members = known }
        let place = members.firstIndex { $0.name == name } ?? members.count
        if place == members.count { members.append(BodyMember(name: name, content: .object([]))) }
        if case .member = field.steps[index] { members[place].content.insert(field, index + 1) } else { change(&members[place].content) }
        self = .object(members)
    }

    private static func beginning(with step: WirePath.Step) -> Self {
        guard case .filter(let member, let text) = step else { return .object([]) }
        return .object([BodyMember(name: member, content: .mark(text))])
    }

    /// The first element of the list at the end of the steps is the conversion.
    fileprivate mutating func markBatch(_ steps: ArraySlice<WirePath.Step>) {
        switch self {
        case .elements(let elements) where steps.isEmpty: self = elements.first.map { .batch($0.content) } ?? self
        case .object(var members):
            guard case .member(let name)? = steps.first, let place = members.firstIndex(where: { $0.name == name }) else { return }
            members[place].content.markBatch(steps.dropFirst())
            self = .object(members)
        default: return
        }
    }

    fileprivate mutating func sort() {
        switch self {
        case .object(var members):
            for index in members.indices { members[index].content.sort() }
            members.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            self = .object(members)
        case .elements(var elements):
            for index in elements.indices { elements[index].content.sort() }
            self = .elements(elements)
        case .batch(var inner):
            inner.sort()
            self = .batch(inner)
        case .items(var inner):
            inner.sort()
            self = .items(inner)
        case .keyed(let key, var inner):
            inner.sort()
            self = .keyed(key, inner)
        case .numbered(let prefix, let first, let suffix, var inner):
            inner.sort()
            self = .numbered(prefix: prefix, first: first, suffix: suffix, inner)
        case .field, .constant, .mark: return
        }
    }
}

extension WirePath.Step {
    /// Positions come first, in their order; elements that filters find stay in the order of the file.
    fileprivate var rank: Int {
        if case .position(let position) = self { position } else { .max }
    }
}
