/// Which slot each value of a body and each parameter goes to, as a tree that a format walks together with the document.
struct RequestLayout: Sendable {
    /// The body itself: an object, or a list.
    var root = Content.object([])
    /// Of the body itself, if it is an object, when the layout is complete.
    private(set) var table: MemberTable?
    /// The name of an XML document's first element, which stands around the fields.
    var xmlRoot: String?
    /// Query, path and header parameters that are fields of a request with a body, and of a query those that have plain names.
    var parameters: [(place: FieldPlan.Place, name: String, content: Content)] = []
    var slotCount = 0
    var itemSlotCount = 0
    /// What the lists are called that describe the items: by position, each element of one is the same item as that of another.
    var itemLists: [String] = []
    /// Whether a name such as `ITEM1` may be one of `ITEM{1..}`.
    var hasNumbered = false
    /// Whether a parameter may come several times, for a list.
    var hasLists = false
    /// Whether names in brackets are how the tracker writes its parameters.
    var expectsBrackets = false

    /// A member of an object, or an element of a list, which has no name.
    struct Member: Sendable {
        var name: String
        /// The text before the names of its own members: `customer.`, `items[].`, with all that leads to it.
        var prefix: String
        var key: [UInt8]
        var content: Content
        /// Of an object's members, when the layout is complete.
        var table: MemberTable?

        init(name: String, prefix: String, key: [UInt8], content: Content) {
            (self.name, self.prefix, self.key, self.content) = (name, prefix, key, content)
        }

        /// What sentences call it.
        var path: Substring { prefix.dropLast() }
    }

    enum Content: Sendable {
        /// Known, and not wanted.
        case nothing
        case slot(Int)
        /// A slot of the item that is being read.
        case part(Int)
        case object([Member])
        indirect case list(List)
        /// A credential or signature, which never becomes `extra`.
        case secret(Int)
        /// Added to what the slot holds.
        case gathered(Int)
        case gatheredPart(Int)
        /// A parameter of the query of the URL that the value is.
        indirect case parameter(String, Content)
        /// A text with a value for each item.
        indirect case split(Split)
        /// A text of several values.
        indirect case composed(Composed)
        /// The value goes to all of these.
        case several([Content])
    }

    struct List: Sendable {
        enum Kind: Sendable {
            case elements
            /// The members of an object; what their names are for.
            case members(key: Content?)
            /// Members of the object that the list stands in, numbered from `first`.
            case numbered(prefix: String, first: Int, suffix: String)
        }

        var kind: Kind
        var each: Member?
        var positions: [(position: Int, member: Member)] = []
        var filters: [Filter] = []
        /// Which of `itemLists` it is; nil if its elements are no items.
        var items: Int?
        /// Whether it holds one conversion for each element.
        var isBatch = false
    }

    struct Filter: Sendable {
        var key: [UInt8]
        var text: [UInt8]
        var member: Member
    }

    struct Split: Sendable {
        /// Empty if the value is that of the one item.
        var separator: String
        var items: Int
        var content: Content
    }

    struct Composed: Sendable {
        enum Piece: Sendable {
            case literal(String)
            case value(Content)
        }

        var name: String
        var pieces: [Piece]
        var form: String
    }

    /// Lets the element at a position, and the one that a filter finds, hold what each element holds. Once, when all fields are known.
    mutating func complete() {
        root = root.completed
        table = root.table
    }

    /// Credentials and signatures that are in a body or query, by slot.
    var secretNames: [String] = []

    /// The slot of a credential or signature, given to its name once.
    mutating func secretSlot(_ name: String) -> Int {
        if let index = secretNames.firstIndex(of: name) { return index }
        secretNames.append(name)
        return secretNames.count - 1
    }

    /// The number of a list of items.
    mutating func itemList(_ name: String) -> Int {
        if let index = itemLists.firstIndex(of: name) { return index }
        itemLists.append(name)
        return itemLists.count - 1
    }

    var members: [Member] {
        if case .object(let members) = root { members } else { [] }
    }
}

extension RequestLayout.List {
    /// The number in a name such as `ITEM3`, from 0 for the first; nil if the name is no such one.
    func number(in name: some StringProtocol) -> Int? {
        guard case .numbered(let prefix, let first, let suffix) = kind, name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
        let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
        guard name.count > prefix.count + suffix.count, digits.count <= 5, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            digits.first != "0" || digits.count == 1, let number = Int(digits), number >= first
        else { return nil }
        return number - first
    }
}
