/// One parameter of a tracker's request: its wire name, the canonical field it is, and what each direction does with it.
package struct FieldPlan: Sendable {
    /// `customer.email`, `items[].price`: as the file has it.
    package var name: String
    package var place: Place
    /// The members that lead to it in a JSON body; one for a parameter.
    package var path: [String]
    package var isItem: Bool
    package var target: Target?
    package var reading: Reading?
    package var writing: Writing?

    package enum Place: String, Sendable, CaseIterable { case body, query, path, header }

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
        package var length: ClosedRange<Int>?
        package var code: FailureCode
    }

    package struct Writing: Sendable {
        /// Nil writes the target as it is. An item's expression gives the one line of an order that came without items.
        package var value: Expression?
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
