extension SignedForm {
    /// JSON with sorted keys, without the signature: the members' own bytes, compact or with spaces as Python writes them; or written again, with
    /// `\uXXXX` for every character beyond ASCII, or in UTF-8, or as other serialisers do.
    package static let sortedJSON = SignedForm(name: "sorted_json", coversBody: false) { written in
        guard let members = written.members else { return nil }
        var json = JSONWriter(options: [.sortedKeys, .asciiOnly])
        json.write(.object(members))
        return json.bytes
    } received: { content, likelihood in
        switch content.pieces {
        case .object(let object): object.sortedTexts(likelihood)
        case .parameters: Self.texts(content, likelihood)
        case .none: []
        }
    }

    private static func texts(_ content: SentContent, _ likelihood: Likelihood) -> [SignedText] {
        guard likelihood != .usual, let object = SentObject(content.decoded) else { return [] }
        return [.ascii, .utf8].map {
            SignedText(object.text(SentObject.Style(isSorted: true, isSpaced: likelihood == .rare, spelling: $0)))
        }
    }
}

extension SentObject {
    fileprivate func sortedTexts(_ likelihood: SignedForm.Likelihood) -> [SignedText] {
        switch likelihood {
        case .usual: return [SignedText(text(Style(isSorted: true)))]
        case .common:
            let spellings: [JSONSpelling] = isSpelledFreely ? [.ascii, .utf8] : []
            return (spellings.map { Style(isSorted: true, spelling: $0) } + [Style(isSorted: true, isSpaced: true)]).map {
                SignedText(text($0))
            }
        case .rare: return texts(isSorted: true)
        }
    }
}
