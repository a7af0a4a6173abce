import Mappings

/// What `forget` removed, or would remove.
package struct ForgetReport: Sendable, Equatable {
    /// Conversions whose customer was this person.
    package var conversions = 0
    package var requests = 0
    package var repeats = 0
    package var attempts = 0
    package var reasons = 0
    /// Of repeats, routes and destinations.
    package var notes = 0
    /// Corrections whose conversion has not come.
    package var waiting = 0
    package var refused = 0
    /// Owed to a destination yet; unless they were to be taken along, nothing was changed.
    package var pending: [DeliveryID] = []
    /// Why older copies of the removed bytes may be left in free space of the store's files; nil if none are.
    package var leftover: String?

    package init(
        conversions: Int = 0, requests: Int = 0, repeats: Int = 0, attempts: Int = 0, reasons: Int = 0, notes: Int = 0, waiting: Int = 0,
        refused: Int = 0,
        pending: [DeliveryID] = [], leftover: String? = nil
    ) {
        self.conversions = conversions
        self.requests = requests
        self.repeats = repeats
        self.attempts = attempts
        self.reasons = reasons
        self.notes = notes
        self.waiting = waiting
        self.refused = refused
        self.pending = pending
        self.leftover = leftover
    }

    package var isEmpty: Bool { conversions + requests + repeats + attempts + reasons + notes + waiting + refused == 0 }
}

extension Person {
    package func isIn(document: [UInt8], request: [UInt8]) -> Bool {
        isIn(document) || (try? Conversion(document: document))?.concerns(self) ?? false
            || StoredRequest(encoded: request).map(isIn) ?? false
    }

    /// A text that cannot be read as a conversion becomes empty: it is of no use.
    package func removed(from document: [UInt8]) -> [UInt8] {
        (try? Conversion(document: document))?.forgetting(self).document() ?? Array("{}".utf8)
    }

    /// The correction stays what it is, because its refund is owed; only what it says of the person goes.
    package func removed(fromCorrection document: [UInt8]) -> [UInt8] {
        guard var correction = Correction(document: document) else { return isIn(document) ? Array("{}".utf8) : document }
        correction.reason = correction.reason.map(masked)
        correction.status = correction.status.map(masked)
        correction.currency = correction.currency.map(masked)
        return correction.document()
    }
}

extension Conversion {
    /// The same without its customer, the ad platforms' ids of the click and the browser, the page, the sender's free-form members, and the
    /// address in every other part. Amounts, items, types, times and other identifiers stay, so that sums and duplicates do.
    package func forgetting(_ person: Person) -> Conversion {
        let customer = Field.allCases.filter(\.isCustomer)
        let words = customer.compactMap { text($0) }.filter { $0.utf8.count >= 3 }
        var kept = changingTexts(in: Field.allCases.filter { !customer.contains($0) }, person.masked)
        for field in customer { kept[field] = .absent }
        kept.subIDs.removeAll { person.isIn($0.value) || person.isIn($0.name) }
        kept.clickIDs = []
        kept[.pageURL] = .absent
        kept.metadata = [:]
        kept.extra = [:]
        kept.warnings.removeAll { warning in person.isIn(warning) || words.contains { warning.contains($0) } }
        return kept
    }

    /// Whether any part is the person's.
    package func concerns(_ person: Person) -> Bool { person.isIn(document()) || fields.contains { text($0).map(person.isIn) ?? false } }
}

extension AttemptRow {
    /// What is left of an attempt's line and reply.
    package static let removed = "(removed)"

    /// `GET https://t.example/(removed)`.
    package static func forgotten(_ line: String) -> String {
        guard let scheme = line.firstRange(of: "://") else { return removed }
        return line[..<scheme.upperBound] + line[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" } + "/" + removed
    }
}
