extension MappingReader {
    /// Refuses a refund without an amount if a member that no field names may hold it: it would take all of the sale back.
    ///
    ///     { "externalId": "o-1", "Amount": 1000 }, { …, "refund_amount": 1000 }, { …, "data": { "amount": 1000 } }
    func refuseOddAmount(in message: Conversion) throws(Refusal) {
        guard let name = mapping.fields.first(where: { $0.target == .path(.field(.refund)) })?.name,
            let odd = Self.oddName(like: name, in: message.extra, prefix: "")
        else { return }
        // What says nothing of the amount takes back all only if the mapping says `whole: true`.
        let choice = mapping.refundAmounts.isEmpty ? ", or leave \(odd.quotedBriefly) out to take back all that is left" : ""
        throw Refusal(
            .invalidAmount, field: name, "\(odd.quotedBriefly) is not read here; send the amount that goes back as \(name)\(choice)")
    }

    private static func oddName(like name: String, in object: JSONObject, prefix: String) -> String? {
        for member in object.members {
            let letters = String(member.key.lowercased().filter(\.isLetter))
            if letters.contains(name.lowercased()) || letters.nearest(in: [name]) != nil { return prefix + member.key }
            if prefix.isEmpty, sums.contains(letters), member.value.isSum { return member.key }
            if let odd = oddName(like: name, within: member.value, prefix: prefix + member.key) { return odd }
        }
        return nil
    }

    private static func oddName(like name: String, within value: JSONValue, prefix: String) -> String? {
        switch value {
        case .object(let inner): return oddName(like: name, in: inner, prefix: "\(prefix).")
        case .array(let elements):
            for (position, element) in elements.enumerated() {
                if let odd = oddName(like: name, within: element, prefix: "\(prefix)[\(position)]") { return odd }
            }
            return nil
        default: return nil
        }
    }

    /// What others call the money that goes back, without all but letters.
    private static let sums: Set<String> = [
        "total", "sum", "value", "price", "refund", "refunded", "revenue", "payout", "commission", "cents", "money", "minor", "grandtotal",
        "subtotal", "refundtotal", "totalrefund", "totalrefunded", "refundedtotal", "refundvalue", "refundsum", "refundprice", "totalprice",
    ]
}

extension JSONValue {
    /// A number other than zero, or a text that begins as one or with a currency's sign or code.
    fileprivate var isSum: Bool {
        switch self {
        case .number(let text): text.contains { ("1"..."9").contains($0) }
        case .string(let text): text.count <= 40 && text.contains { ("1"..."9").contains($0) }
        case .null, .bool, .array, .object: false
        }
    }
}
