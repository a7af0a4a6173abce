/// What a received request's signature is compared with, if the mapping signs a text of parts.
extension SignaturePlan {
    /// Why what stands at the signature's place is no signature, as a sentence; nil if it may be one.
    func problem(with text: String, _ codes: [[UInt8]]) -> String? {
        guard let notation else {
            return codes.isEmpty ? "the signature sent is not the \(length) \(encoding.letters) of \(algorithm.name)" : nil
        }
        let found = notation.read(text)
        if found.signatures.isEmpty { return "the signature sent is not written as '\(notation.source)'" }
        if codes.isEmpty { return "no signature sent is the \(length) \(encoding.letters) of \(algorithm.name)" }
        if codes.count > SignatureNotation.mostSignatures {
            return "\(codes.count) signatures were sent; up to \(SignatureNotation.mostSignatures) are compared"
        }
        if found.timestamps.count > 1 || found.ids.count > 1 { return "the signature's timestamp or id was sent twice; send it once" }
        return nil
    }

    /// One, or two if the address is signed: what is before the gateway may have spoken HTTP or HTTPS.
    ///
    /// - Throws: why there is none.
    func messages(of parsed: ParsedRequest) throws(SignatureText.Ambiguity) -> [SignedMessage] {
        guard let text else { return [] }
        return try messages(of: parsed, stamps(of: parsed, text))
    }

    func messages(
        of parsed: ParsedRequest, _ stamps: (timestamp: String, id: String)
    ) throws(SignatureText.Ambiguity) -> [SignedMessage] {
        guard let text else { return [] }
        if text.coversBody, !parsed.hasBody {
            throw SignatureText.Ambiguity(sentence: "the request has no body for '\(text.source)' to sign")
        }
        var messages: [SignedMessage] = []
        for scheme in text.coversQuery ? ["https", "http"] : [""] {
            func value(_ part: SignatureText.Part) -> [UInt8] { parsed.signedValue(part, stamps, scheme: scheme) }
            if let ambiguity = text.ambiguity(value) {
                throw SignatureText.Ambiguity(
                    sentence: "'\(text.source)' does not count, since \(ambiguity.sentence) and other content would have the same text")
            }
            messages.append(text.message(value))
        }
        return messages
    }

    /// The timestamp and the id that the text holds.
    private func stamps(of parsed: ParsedRequest, _ text: SignatureText) throws(SignatureText.Ambiguity) -> (timestamp: String, id: String)
    {
        var (timestamp, id) = ("", "")
        if text.parts.contains(.timestamp), let stamp = self.timestamp {
            timestamp = stampText(stamp.place, .timestamp, in: parsed) ?? ""
            if timestamp.isEmpty { throw missing("timestamp", at: stamp.place) }
            guard stamp.form.time(timestamp) != nil else {
                throw SignatureText.Ambiguity(
                    sentence: "the signature's timestamp \(timestamp.quotedBriefly) is not in \(stamp.form.words)")
            }
        }
        if text.parts.contains(.id), let place = self.id {
            id = stampText(place, .id, in: parsed) ?? ""
            if id.isEmpty { throw missing("id", at: place) }
        }
        return (timestamp, id)
    }

    private func missing(_ what: String, at place: SignatureStamp.Place) -> SignatureText.Ambiguity {
        switch place {
        case .header(let name):
            SignatureText.Ambiguity(sentence: "no \(what) was sent for the signature; its place is the header \(name)")
        case .notation:
            SignatureText.Ambiguity(sentence: "the signature sent has no \(what); it is written as '\(notation?.source ?? "")'")
        }
    }
}

extension ParsedRequest {
    fileprivate func signedValue(_ part: SignatureText.Part, _ stamps: (timestamp: String, id: String), scheme: String) -> [UInt8] {
        switch part {
        case .rawBody: request.body
        case .timestamp: Array(stamps.timestamp.utf8)
        case .id: Array(stamps.id.utf8)
        case .method: Array(request.method.utf8)
        case .path: Array(request.path.utf8)
        case .url: Array("\(scheme)://\(request.header("Host") ?? "")\(request.target)".utf8)
        case .field(let parameter): Array(text(of: parameter).utf8)
        case .literal, .key: []
        }
    }

    /// A parameter's value as it was sent, decoded; empty if it was not.
    private func text(of parameter: SignatureText.Parameter) -> String {
        let value = parameter.slots.lazy.filter { slots.indices.contains($0) }.map { wire(slots[$0]) }.first { !$0.isAbsent }
        return value?.signedText ?? ""
    }
}

extension WireValue {
    /// As a signed text holds it.
    var signedText: String { jsonValue.parameterText }
}
