/// Why a text is not a currency. Holds only the bounded `kind`; the value is passed again for the sentence.
package struct CurrencyError: Error, Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case empty
        case malformed
        case unknown
        case withdrawn
    }

    package let kind: Kind
    package let rule: Currency.Rule

    package init(kind: Kind, rule: Currency.Rule) {
        self.kind = kind
        self.rule = rule
    }

    /// `currency 'EURO' is not an ISO 4217 code; the nearest is EUR`.
    package func sentence(field: String, value: String) -> String {
        "\(field) \(QuotedValue(value)) \(fault(of: value))"
    }

    private func fault(of value: String) -> String {
        let code = value.utf8.count <= 16 ? String(value.filter { $0 != " " && $0 != "\t" }).uppercased() : ""
        switch (kind, rule) {
        case (.empty, .iso): return "is empty; send three letters such as EUR"
        case (.empty, .any): return "is empty; send a code such as EUR or USDT"
        case (.withdrawn, _):
            let date = Currency(code: code)?.withdrawn.map { " in \($0)" } ?? ""
            return "was withdrawn\(date); send the code of the currency that replaced it"
        case (_, .any):
            return "is not a currency code; send three to five letters or digits such as EUR or USDT"
        case (_, .iso):
            guard let nearest = Self.nearest(to: code) else { return "is not an ISO 4217 code; send three letters such as EUR" }
            return "is not an ISO 4217 code; the nearest is \(nearest)"
        }
    }

    /// The one code in use that is a single slip away; `nil` if there are several: a wrong proposal is worse than none.
    private static func nearest(to code: String) -> Substring? {
        guard (2...4).contains(code.utf8.count) else { return nil }
        let codes = CurrencyTable.activeCodes.filter { isOneSlip(Array($0.utf8), Array(code.utf8)) }
        return codes.count == 1 ? codes[0] : nil
    }

    /// One byte added or missing, or two neighbours swapped. A different letter is no slip: codes are so dense that BTC would
    /// be sent to BTN.
    private static func isOneSlip(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        if left.count != right.count {
            let (short, long) = left.count < right.count ? (left, right) : (right, left)
            guard long.count == short.count + 1 else { return false }
            return long.indices.contains { index in
                long[..<index] == short[..<index] && long[(index + 1)...].elementsEqual(short[index...])
            }
        }
        let differing = left.indices.filter { left[$0] != right[$0] }
        guard differing.count == 2, differing[1] == differing[0] + 1 else { return false }
        return left[differing[0]] == right[differing[1]] && left[differing[1]] == right[differing[0]]
    }
}
