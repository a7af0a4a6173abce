/// The members of an object that a layout knows, ready to be found by their names' bytes: what a request is taken apart with.
///
/// A class of plain memory that is never changed, so that nothing is counted or copied for a member.
final class MemberTable: @unchecked Sendable {
    let members: [RequestLayout.Member]
    private let count: Int
    private let entries: UnsafeMutablePointer<Entry>
    private let bytes: UnsafeMutablePointer<UInt8>
    let children: FixedList<Child>

    /// A member that is an object, or a list of objects: with what its own members are found by.
    final class Child: Sendable {
        let member: RequestLayout.Member
        /// Of the object, or of each element.
        let table: MemberTable
        let prefix: String
        /// The list, and the number of its items in the layout.
        let list: RequestLayout.List?
        let items: Int?

        init?(_ member: RequestLayout.Member) {
            self.member = member
            if let table = member.table {
                (self.table, prefix, list, items) = (table, member.prefix, nil, nil)
            } else if case .list(let list) = member.content, let each = list.each, let table = each.table, list.hasLines {
                (self.table, prefix, self.list, items) = (table, each.prefix, list, list.items)
            } else {
                return nil
            }
        }
    }

    private struct Entry {
        /// The name's first bytes, as `NameKey` has them.
        var word: UInt64
        var name: UnsafePointer<UInt8>
        var length: Int
        var target: Target
    }

    enum Target {
        case slot(Int)
        case part(Int)
        /// An object, or a list whose elements are objects, all alike: by its place among the children.
        case object(Int)
        case lines(Int)
        /// What the member itself says.
        case other
    }

    init(_ members: [RequestLayout.Member]) {
        self.members = members
        count = members.count
        entries = .allocate(capacity: max(members.count, 1))
        bytes = .allocate(capacity: members.reduce(1) { $0 + $1.key.count })
        var children: [Child] = []
        var next = bytes
        for (index, member) in members.enumerated() {
            next.initialize(from: member.key, count: member.key.count)
            let key = NameKey(UnsafeBufferPointer(start: next, count: member.key.count), isPadded: false)
            (entries + index).initialize(
                to: Entry(word: key.word, name: UnsafePointer(next), length: member.key.count, target: Self.target(member, &children)))
            next += member.key.count
        }
        self.children = FixedList(children)
    }

    private static func target(_ member: RequestLayout.Member, _ children: inout [Child]) -> Target {
        if let child = Child(member) {
            children.append(child)
            return child.list == nil ? .object(children.count - 1) : .lines(children.count - 1)
        }
        return switch member.content {
        case .slot(let slot): .slot(slot)
        case .part(let slot): .part(slot)
        default: .other
        }
    }

    deinit {
        entries.deallocate()
        bytes.deallocate()
    }

    @inline(__always)
    func target(_ index: Int) -> Target { entries[index].target }

    /// Senders keep to one order, so the search goes on behind the last name that was found.
    @inline(__always)
    func find(_ key: NameKey, from hint: Int) -> Int? {
        var index = hint
        while index < count {
            if isName(index, key) { return index }
            index &+= 1
        }
        index = 0
        while index < hint {
            if isName(index, key) { return index }
            index &+= 1
        }
        return nil
    }

    @inline(__always)
    private func isName(_ index: Int, _ key: NameKey) -> Bool {
        let entry = entries + index
        guard entry.pointee.word == key.word, entry.pointee.length == key.name.count else { return false }
        return key.name.count <= 8 || UnsafeBufferPointer(start: entry.pointee.name, count: key.name.count).hasSameBytes(as: key.name)
    }
}

/// A name as it is looked for: most differ in their first eight bytes.
struct NameKey {
    let name: UnsafeBufferPointer<UInt8>
    let word: UInt64

    /// - Parameter isPadded: whether eight bytes can be read, however short the name is.
    @inline(__always)
    init(_ name: UnsafeBufferPointer<UInt8>, isPadded: Bool) {
        self.name = name
        if name.count >= 8 {
            word = name.word(at: 0)
        } else if isPadded {
            word = name.word(at: 0) & ~(UInt64.max << UInt64(truncatingIfNeeded: name.count &* 8))
        } else {
            var word: UInt64 = 0
            for byte in name.reversed() { word = word << 8 | UInt64(byte) }
            self.word = word
        }
    }
}

extension RequestLayout.List {
    /// Whether each element is an object, and all are alike.
    var hasLines: Bool {
        guard case .elements = kind, positions.isEmpty, filters.isEmpty, !isBatch else { return false }
        return each?.table != nil
    }
}
