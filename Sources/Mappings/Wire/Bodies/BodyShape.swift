/// What a mapping writes into a body.
struct BodyShape: Sendable {
    /// Members that are the same in every request: credentials. They come first.
    var constants: [(name: String, value: String)]
    /// The fields in the order of the file. `index` is the field's place in the mapping.
    var fields: [(name: String, path: [String], index: Int)]
    /// Whether members are written in the order of their names' bytes.
    var isSorted: Bool

    /// The same as a tree, for formats that have objects and lists.
    var members: [BodyMember] {
        var members = constants.map { BodyMember(name: $0.name, content: .constant($0.value)) }
        for field in fields { BodyMember.insert(field.index, field.path[...], into: &members) }
        if isSorted { BodyMember.sort(&members) }
        return members
    }
}

/// One member of a body, with all that it holds.
struct BodyMember: Sendable {
    var name: String
    var content: Content

    enum Content: Sendable {
        case field(Int)
        case constant(String)
        case object([BodyMember])
        /// A list of the conversion's items: each is an object of these members.
        case items([BodyMember])
    }

    fileprivate static func insert(_ index: Int, _ path: ArraySlice<String>, into members: inout [BodyMember]) {
        guard let first = path.first else { return }
        let isList = first.hasSuffix("[]")
        let name = isList ? String(first.dropLast(2)) : first
        if path.count == 1 {
            members.append(BodyMember(name: name, content: .field(index)))
            return
        }
        let position = members.firstIndex { $0.name == name }
        var children: [BodyMember] = []
        if let position {
            switch members[position].content {
            case .object(let existing), .items(let existing): children = existing
            case .field, .constant: break
            }
        }
        insert(index, path.dropFirst(), into: &children)
        let content = isList ? Content.items(children) : .object(children)
        if let position {
            members[position].content = content
        } else {
            members.append(BodyMember(name: name, content: content))
        }
    }

    fileprivate static func sort(_ members: inout [BodyMember]) {
        members.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        for index in members.indices {
            switch members[index].content {
            case .object(var children):
                sort(&children)
                members[index].content = .object(children)
            case .items(var children):
                sort(&children)
                members[index].content = .items(children)
            case .field, .constant: break
            }
        }
    }
}
