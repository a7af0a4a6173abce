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
            guard case .object(let inner) = member.value else { continue }
            if let odd = oddName(like: name, in: inner, prefix: "\(prefix)\(member.key).") { return odd }
        }
        return nil
    }
}
