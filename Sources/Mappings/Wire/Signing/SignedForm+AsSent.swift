extension SignedForm {
    /// What was sent, in the order sent, with the signature cut out: the body or query itself; a JSON body's members as another serialiser
    /// would join them; and all of it as `k=v&…`.
    package static let asSent = SignedForm(name: "as_sent", coversBody: false) { written in
        guard written.members != nil else { return nil }
        return written.hasBody ? written.request.body : Array(written.request.query.utf8)
    } received: { content, likelihood in
        switch content.pieces {
        case .object(let object): object.asSent(likelihood, content)
        case .parameters(let parameters): SignedForm.asSent(parameters, content, likelihood)
        case .none: []
        }
    }

    private static func asSent(_ parameters: [SentParameters], _ content: SentContent, _ likelihood: Likelihood) -> [SignedText] {
        switch likelihood {
        case .usual: parameters.map { .parameters($0.asSent) }
        case .common: [.usual, .common].flatMap { SignedText.parameterStrings(content.decoded, $0) }
        case .rare: SignedText.parameterStrings(content.decoded, .rare) + content.objects.flatMap { $0.everyText(isSorted: false) }
        }
    }
}

extension SentObject {
    fileprivate func asSent(_ likelihood: SignedForm.Likelihood, _ content: SentContent) -> [SignedText] {
        switch likelihood {
        case .usual:
            return (signatures == 0 ? [content.body ?? []] : cuts).flatMap { [$0, $0.withoutByteOrderMark] }.map { SignedText($0) }
        case _ where !isExact: return []
        case .common: return [.compact, .spaced].map { SignedText(text(Style(layout: $0))) }
        case .rare:
            return [.usual, .common, .rare].flatMap { SignedText.parameterStrings(content.pairs, $0) } + texts(isSorted: false)
        }
    }

    /// As less usual serialisers write them.
    func texts(isSorted: Bool) -> [SignedText] {
        let free = freeCharacters
        var styles = free.distinct(Self.spellings).map {
            Style(spelling: $0)
        }
        styles += free.distinct([.ascii, .utf8, .html, .jinja]).map { Style(layout: .spaced, spelling: $0) }
        if isNested { styles += [.compact, .spaced].map { Style(layout: $0, keepsInner: true) } }
        for (indent, spellings) in Self.indents {
            styles.append(Style(layout: .indented(indent)))
            styles += free.distinct(spellings).map { Style(layout: .indented(indent), spelling: $0) }
        }
        return styles.map { style in
            var style = style
            style.isSorted = isSorted
            return SignedText(text(style))
        }
    }

    private static let spellings: [JSONSpelling] = [.ascii, .asciiLetters, .utf8, .asciiSlashes, .utf8Slashes, .html] + JSONSpelling.safe

    /// How JavaScript, Ruby, Go, jq and .NET indent; Python and PHP. Each costs two texts for every request whose signature is wrong.
    private static let indents: [(indent: String, spellings: [JSONSpelling])] = [
        ("  ", [.utf8, .html]), ("    ", [.ascii, .utf8, .asciiSlashes]),
    ]

    /// Also as usual ones do.
    func everyText(isSorted: Bool) -> [SignedText] {
        [.compact, .spaced].map { SignedText(text(Style(isSorted: isSorted, layout: $0))) } + texts(isSorted: isSorted)
    }
}

extension [UInt8] {
    /// Editors of one system put it there, behind the signing program's back.
    var withoutByteOrderMark: [UInt8] { starts(with: EncodingRepair.byteOrderMark) ? Array(dropFirst(3)) : self }
}

extension [(name: String, value: String)] {
    /// By code point of the names, as `JSONObject.sortedByKey`.
    var sortedByName: Self { sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } }
}
