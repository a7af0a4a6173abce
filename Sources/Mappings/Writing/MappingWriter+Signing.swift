extension MappingWriter {
    /// What a signature is about, and is added to.
    struct UnsignedParts {
        var headers: [(name: String, value: String)]
        var query: [(name: String, value: String)]
        var body: [UInt8]
    }

    /// What a signature may be about, beside the request itself.
    struct Signing {
        let conversion: Conversion
        let wires: WireList
        let address: AddressWriter.Address
        let now: Timestamp

        init(_ conversion: Conversion, _ wires: WireList, _ address: AddressWriter.Address, _ now: Timestamp) {
            self.conversion = conversion
            self.wires = wires
            self.address = address
            self.now = now
        }

        /// The same at each try, and another for each correction.
        var id: String {
            let id = conversion.id.description
            return conversion[.update].isAbsent ? id : "\(id)-\(conversion.contentDigest().prefix(8).hex)"
        }
    }

    /// Signs what is complete but for the signature, and adds that.
    func sign(_ request: inout UnsignedParts, _ signing: Signing) throws(Skip) {
        guard let (key, plan, way) = signer else { return }
        let complete = WireRequest(
            method: mapping.request.methods[0], path: signing.address.path, query: Parameters.encoded(secretQuery + request.query),
            headers: request.headers, body: request.body)
        let signature: String
        if let form = way.form {
            guard let code = key.sign(complete, in: format, as: form) else {
                throw Skip("\(mapping.tracker) wants a signature over \(form.name), and this request has nothing to sign")
            }
            signature = code
        } else {
            signature = try sign(complete, key, plan, signing)
        }
        let timestamp = plan.timestamp?.form.text(signing.now) ?? ""
        if case .header(let name)? = plan.timestamp?.place { request.headers.append((name, timestamp)) }
        if case .header(let name)? = plan.id { request.headers.append((name, signing.id)) }
        let text = plan.written(signature, timestamp: timestamp, id: signing.id)
        switch way.place {
        case .header(let name): request.headers.append((name, text))
        case .bearer: request.headers.append(("Authorization", "Bearer \(text)"))
        case .query(let name): request.query.append((name, text))
        case .body(let name): if let format { request.body = format.setting(name, to: text, in: request.body) }
        case .basicUser, .basicPassword, .path: break
        }
    }

    private func sign(_ request: WireRequest, _ key: Signer, _ plan: SignaturePlan, _ signing: Signing) throws(Skip) -> String {
        guard let text = plan.text else { return "" }
        if text.coversBody, request.body.isEmpty {
            throw Skip("\(mapping.tracker) wants a signature over '\(text.source)', and this request has no body")
        }
        func value(_ part: SignatureText.Part) -> [UInt8] {
            switch part {
            case .rawBody: request.body
            case .timestamp: Array((plan.timestamp?.form.text(signing.now) ?? "").utf8)
            case .id: Array(signing.id.utf8)
            case .method: Array(request.method.utf8)
            case .path: Array(request.path.utf8)
            case .url: Array((signing.address.url + (request.query.isEmpty ? "" : "?\(request.query)")).utf8)
            case .field(let parameter): Array((parameter.index.map { signing.wires[$0].signedText } ?? "").utf8)
            case .literal, .key: []
            }
        }
        if let ambiguity = text.ambiguity(value) {
            throw Skip(
                "\(mapping.tracker) wants a signature over '\(text.source)', but \(ambiguity.sentence), so other content would have the "
                    + "same signature")
        }
        return key.sign(text.message(value))
    }
}

extension SignaturePlan {
    /// A signature as it is written at its place.
    func written(_ signature: String, timestamp: String, id: String) -> String {
        guard let notation else { return signature }
        return notation.text { name in
            switch name {
            case .signature: signature
            case .timestamp: timestamp
            case .id: id
            }
        }
    }
}
