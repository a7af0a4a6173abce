extension SignedForm {
    /// Compact JSON with sorted keys, without the signature: with `\uXXXX` for every character beyond ASCII as Python writes it, or in UTF-8.
    package static let sortedJSON = SignedForm(name: "sorted_json", coversBody: false) { content in
        guard let members = content.members else { return [] }
        let text = json(of: members, .sortedKeys)
        let texts = text.allSatisfy { $0 < 0x80 } ? [text] : [json(of: members, [.sortedKeys, .asciiOnly]), text]
        return texts.map { SignedText($0) }
    }

    private static func json(of members: JSONObject, _ options: JSONWriter.Options) -> [UInt8] {
        var json = JSONWriter(options: options)
        json.write(.object(members))
        return json.bytes
    }
}
