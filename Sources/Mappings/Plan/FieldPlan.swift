/// One parameter of a tracker's request: its wire name, the canonical field it is, and what each direction does with it.
package struct FieldPlan: Sendable {
    /// `customer.email`, `items[].price`: as the file has it.
    package var name: String
    package var place: Place
    /// Where it is in a body or query, with all that leads to it.
    package var path: WirePath
    /// Where items are found, if it is a part of each of them.
    package var items: Items?
    package var target: Target?
    /// How the values of a list become one.
    package var take: Take?
    /// What is between the values in one text.
    package var join: Join?
    /// How one text is made of several values.
    var form: ComposedText?
    /// Whether it is the name of a member of an object whose members are the items.
    var isKey = false
    package var reading: Reading?
    package var writing: Writing?

    package var isItem: Bool { items != nil }

    package enum Place: String, Sendable, CaseIterable {
        case body, query, path, header
        /// Beside the list of conversions that a body holds.
        case envelope
    }

    package enum Items: Sendable, Hashable {
        /// The step of the path that leads to each item.
        case list(step: Int)
        /// One text with a value of each item.
        case joined
        /// The whole request is about one item.
        case alone
    }

    package enum Take: String, Sendable, CaseIterable { case first, last, sum, count }

    package struct Join: Sendable, Hashable {
        package var separator: String
        /// Replaces a separator within a value when it is written; nil skips the delivery.
        package var replacement: String?
    }

    package enum Target: Sendable, Hashable {
        case path(FieldPath)
        case item(Item.Part)
        /// The conversion's whole free-form object.
        case metadata
    }

    /// The longest identifier that is taken if a mapping says nothing: no tracker documents a longer one, and no sender needs one.
    package static let longestIdentifier = 255
    /// The same for the ids of ad platforms, which put whole records into them.
    package static let longestClickID = 1000

    package enum Requirement: Sendable, Hashable {
        case never, always
        case when(Expression)
    }

    /// The converter by name; a parameter may be a setting, known only when a source or destination is bound.
    package struct ConverterCall: Sendable {
        package var converter: ConverterDescription
        package var words: [Word]
        /// One that is made already, from texts in quotes.
        package var made: (any FieldConverter)?

        package enum Word: Sendable, Hashable {
            case literal(String)
            case setting(String)
        }
    }

    /// A closed list of wire words. Several canonical words may be written as one; it is read as the first.
    package struct Words: Sendable {
        package var entries: [Entry]
        /// What any other wire word is read as.
        package var other: String?
        /// The setting that the entries are from; the entries here are those of its default.
        package var setting: String?

        package struct Entry: Sendable {
            package var wire: String
            package var canonical: [String]
            /// Other fields that the word sets when it is read and requires when it is written (`rejected` is a deposit with status rejected).
            package var also: [(field: Field, word: String)]
        }
    }

    package struct Reading: Sendable {
        package var slot: Int
        package var aliases: [(name: String, slot: Int)]
        package var converter: ConverterCall
        package var words: Words?
        package var required: Requirement
        package var initial: Value?
        /// The setting that the default is from; its own default is `initial`.
        package var initialSetting: String?
        package var length: ClosedRange<Int>?
        package var code: FailureCode
    }

    package struct Writing: Sendable {
        /// Nil writes the target as it is.
        package var value: Expression?
        /// Of an item's field: what it is in the one line of an order that came without items.
        package var line: Expression?
        package var converter: ConverterCall
        package var words: Words?
        package var required: Requirement
        package var length: ClosedRange<Int>?
    }
}

extension FieldPlan.Target {
    /// How many characters are taken if the mapping does not say: an identifier is short, and a text that is none may be long.
    var usualLength: ClosedRange<Int>? {
        guard case .path(let path) = self, path.isIdentifier else { return nil }
        if case .clickID = path { return 0...FieldPlan.longestClickID }
        return 0...FieldPlan.longestIdentifier
    }
}

extension FieldPlan.Target {
    /// Whether a value that is nearly right is another person's or another order's.
    var isExact: Bool {
        guard case .path(let path) = self else { return false }
        return path.isIdentifier || path == .field(.customerEmail) || path == .field(.customerEmailSHA256)
    }
}

extension FieldPath {
    /// Whether it is a sender's or a tracker's own name for something: an order, a click, an affiliate, an offer.
    var isIdentifier: Bool {
        switch self {
        case .subID, .clickID: true
        case .field(let field): Self.identifiers.contains(field)
        default: false
        }
    }

    private static let identifiers: Set<Field> = [
        .orderID, .clickID, .sessionID, .cartID, .refCode, .couponCode, .affiliateID, .program, .offer, .subscriptionID, .customerID,
    ]
}
