extension SignaturePlan {
    /// A request's signature in the one spelling that is remembered; nil if it has none.
    package func presented(in parsed: ParsedRequest) -> String? {
        guard let (text, _) = counted(in: parsed) else { return nil }
        return code(of: text).map(encoding.text) ?? text
    }

    /// Whether what stands beside the signature may be changed without the key: other signatures, members that nobody reads.
    package var isNotated: Bool { notation != nil }

    /// The codes that a text at the signature's place holds: one, or several in a notation. None if it is no signature.
    func codes(of text: String) -> [[UInt8]] {
        guard let notation else { return code(of: text).map { [$0] } ?? [] }
        return notation.read(text).signatures.compactMap { code(of: $0) }
    }

    /// Whether a text could be a signature.
    package func isPlausible(_ text: String) -> Bool { !codes(of: text).isEmpty }

    /// When the request says that it was signed; nil if it says nothing that can be read.
    package func signedAt(in parsed: ParsedRequest) -> Timestamp? {
        guard let stamp = timestamp, let text = stampText(stamp.place, .timestamp, in: parsed) else { return nil }
        return stamp.form.time(text)
    }

    /// What stands in the place of the timestamp or the id.
    func stampText(_ place: SignatureStamp.Place?, _ name: SignatureNotation.Name, in parsed: ParsedRequest) -> String? {
        switch place {
        case nil: return nil
        case .header(let name): return parsed.request.header(name)
        case .notation:
            guard let notation, let (text, _) = counted(in: parsed) else { return nil }
            let found = notation.read(text)
            return name == .timestamp ? found.timestamps.first : found.ids.first
        }
    }

    /// What stands at the first place that the request uses, even if it is wrong; nil if that is nothing.
    func counted(in parsed: ParsedRequest) -> (text: String, place: CredentialPlan.Place)? {
        for place in places {
            if let text = parsed.value(at: place) { return text.isEmpty ? nil : (text, place) }
        }
        return nil
    }

    /// Nil if the text is no signature. `sha256=` before it is left out.
    package func code(of text: String) -> [UInt8]? {
        let prefix = algorithm.prefix
        let hasPrefix = text.utf8.count > prefix.utf8.count && String(text.prefix(prefix.count)).isEqualIgnoringCase(prefix)
        guard let code = encoding.code(hasPrefix ? String(text.dropFirst(prefix.count)) : text), code.count == algorithm.length else {
            return nil
        }
        return code
    }

    /// The characters of a signature.
    var length: Int { encoding.text([UInt8](repeating: 0, count: algorithm.length)).utf8.count }

    /// The names of members and parameters that hold the signature, which is never signed.
    var names: [String] {
        places.compactMap { place in
            switch place {
            case .body(let name), .query(let name): name
            case .header, .bearer, .basicUser, .basicPassword, .path: nil
            }
        }
    }

    /// Whether another signature stands at another place, or beside the one that counts. Each would count once, so the request would count twice.
    ///
    /// - Parameter counted: what holds the codes.
    func isContradicted(in parsed: ParsedRequest, by codes: [[UInt8]], of counted: String) -> Bool {
        let names = names
        var others = places.compactMap { parsed.value(at: $0) }
        for case .header(let name) in places {
            others += parsed.request.headers.filter { $0.name.isEqualIgnoringCase(name) }.map { $0.value.trimmed }
        }
        if parsed.format != nil, !parsed.request.query.isEmpty {
            others += Parameters(decoding: Array(parsed.request.query.utf8), upTo: 0, elseOnly: names).pairs.map(\.value)
        }
        return others.contains { text in
            if text == counted { return false }
            let other = self.codes(of: text)
            return !other.isEmpty && other != codes
        }
    }
}
