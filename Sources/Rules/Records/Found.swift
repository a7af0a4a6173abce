import Mappings

/// A place at which a sought text was found.
package struct Found: Sendable {
    package enum Place: Sendable {
        /// The first message of its history, with its present columns.
        case conversion(ConversionRow)
        case waiting(WaitingRow)
        case refused(RefusedRow)
    }
    package var place: Place
    /// What the text is there: `order_id`, `customer.email`, `id`, `main's id for it`, `a repeat's order_id`.
    package var matched: [String]

    package init(_ place: Place, matched: [String]) {
        self.place = place
        self.matched = matched
    }
}

/// What a search found, and what it looked at.
package struct FindReport: Sendable {
    /// One kind of record.
    package struct Searched: Sendable, Equatable {
        package var name: String
        /// Nil if it is a regular one.
        package var plural: String?
        package var count: Int
        /// When the oldest one came; nil if there is none, or if its age says nothing.
        package var since: Timestamp?

        package init(_ name: String, _ plural: String? = nil, count: Int, since: Timestamp? = nil) {
            self.name = name
            self.plural = plural
            self.count = count
            self.since = since
        }

        /// `3 repeats`.
        package var text: String { count.of(name, plural) }
    }

    package var found: [Found] = []
    package var searched: [Searched] = []
    /// False if ids answered, and the texts inside conversions, repeats and replies were left unread.
    package var readAllTexts = false

    package init() {}
}

/// What a search found in one portion of what is stored.
package struct FindPortion: Sendable {
    package var found: [Found] = []
    /// Conversions and corrections that were read.
    package var count = 0
    /// When the oldest of them came.
    package var since: Timestamp?
    /// Where the next portion begins; nil if nothing is older.
    package var next: ConversionID?

    package init() {}
}

/// Collects what a search finds, each place once.
package struct FindCollector: Sendable {
    /// In the order of being found, with what matched.
    package private(set) var conversions: [(root: ConversionID, matched: [String])] = []
    private var indices: [ConversionID: Int] = [:]

    package init() {}

    package var isEmpty: Bool { conversions.isEmpty }

    package mutating func add(_ root: ConversionID, _ matched: String) {
        guard let index = indices[root] else {
            indices[root] = conversions.count
            conversions.append((root, [matched]))
            return
        }
        if !conversions[index].matched.contains(matched) { conversions[index].matched.append(matched) }
    }
}

extension ConversionID {
    /// The ids whose text begins with this one; nil if none can.
    package static func range(startingWith text: String) -> ClosedRange<ConversionID>? {
        guard (1...26).contains(text.utf8.count) else { return nil }
        let missing = 26 - text.utf8.count
        guard let first = ConversionID(text + String(repeating: "0", count: missing)),
            let last = ConversionID(text + String(repeating: "Z", count: missing))
        else { return nil }
        return first...last
    }
}
