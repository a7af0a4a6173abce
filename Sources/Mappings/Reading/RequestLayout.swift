/// Which slot each member of a body and each parameter goes to, as a tree that a format walks together with the document.
struct RequestLayout: Sendable {
    var members: [Member] = []
    /// Query, path and header parameters that are fields of a request with a body.
    var parameters: [(place: FieldPlan.Place, name: String, slot: Int)] = []
    var slotCount = 0
    var itemSlotCount = 0

    struct Member: Sendable {
        var name: String
        /// The text before the names of its own members: `customer.`, with all that leads to it.
        var prefix: String
        var key: [UInt8]
        var content: Content
    }

    enum Content: Sendable {
        case slot(Int)
        case object([Member])
        /// A list of objects, each with slots of its own.
        case items([Member])
        /// A credential or signature, which never becomes `extra`.
        case secret(Int)
    }

    /// Credentials and signatures that are in a body or query, by slot.
    var secretNames: [String] = []

    /// The slot of a credential or signature, given to its name once.
    mutating func secretSlot(_ name: String) -> Int {
        if let index = secretNames.firstIndex(of: name) { return index }
        secretNames.append(name)
        return secretNames.count - 1
    }

    static func insert(_ content: Content, at path: ArraySlice<String>, below prefix: String = "", into members: inout [Member]) -> Bool {
        guard let name = path.first else { return false }
        let isList = name.hasSuffix("[]")
        let key = isList ? String(name.dropLast(2)) : name
        let inner = "\(prefix)\(key)."
        let index = members.firstIndex { $0.name == key }
        if path.count == 1 {
            guard index == nil else { return false }
            members.append(Member(name: key, prefix: inner, key: Array(key.utf8), content: content))
            return true
        }
        var children: [Member] = []
        if let index {
            switch (members[index].content, isList) {
            case (.object(let existing), false), (.items(let existing), true): children = existing
            default: return false
            }
        }
        guard insert(content, at: path.dropFirst(), below: inner, into: &children) else { return false }
        let node = isList ? Content.items(children) : .object(children)
        if let index {
            members[index].content = node
        } else {
            members.append(Member(name: key, prefix: inner, key: Array(key.utf8), content: node))
        }
        return true
    }
}
