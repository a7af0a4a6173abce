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
        case .parameters: SignedForm.texts(content, likelihood)
        case .none: []
        }
    }

    private static func texts(_ content: SentContent, _ likelihood: Likelihood) -> [SignedText] {
        switch likelihood {
        case .usual: []
        case .common:
            content.objects.prefix(1).flatMap { object in
                [.ascii, .utf8].map { SignedText(object.text(SentObject.Style(isSorted: true, spelling: $0))) }
            }
        case .rare: content.objects.flatMap { $0.everyText(isSorted: true) }
        }
    }
}

extension SentObject {
    fileprivate func sortedTexts(_ likelihood: SignedForm.Likelihood) -> [SignedText] {
        switch likelihood {
        case _ where !isExact: return []
        case .usual: return [SignedText(text(Style(isSorted: true)))]
        case .common:
            let spelled = freeCharacters.distinct([.ascii, .utf8]).map { Style(isSorted: true, spelling: $0) }
            return (spelled + [Style(isSorted: true, layout: .spaced)]).map { SignedText(text($0)) }
        case .rare: return texts(isSorted: true)
        }
    }
}
