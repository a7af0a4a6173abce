import Crypto

/// Computes and verifies one signature scheme with one key.
package struct Signer: Sendable {
    private let plan: SignaturePlan
    private let key: SymmetricKey
    private let forms: [SignaturePlan.Form]

    /// - Parameter forms: those that the source's setting lists; all of the mapping's where it lists none.
    package init(_ plan: SignaturePlan, secret: String, forms: [SignaturePlan.Form]) {
        self.plan = plan
        self.forms = forms.isEmpty ? plan.forms : forms
        key = SymmetricKey(data: Array(secret.utf8))
    }

    /// In lower-case hex or Base64.
    package func sign(_ bytes: [UInt8]) -> String {
        let code = code(bytes)
        return plan.encoding == .hex ? code.hex : code.base64
    }

    private func code(_ bytes: [UInt8]) -> [UInt8] {
        switch plan.algorithm {
        case .hmacSHA256: Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
        case .hmacSHA1: Array(HMAC<Insecure.SHA1>.authenticationCode(for: bytes, using: key))
        case .hmacSHA512: Array(HMAC<SHA512>.authenticationCode(for: bytes, using: key))
        }
    }

    /// Whether the request's signature is right in any of the accepted forms; hex in either case, compared in constant time.
    package func verifies(_ parsed: ParsedRequest) -> Bool {
        guard let given = parsed.value(atFirstOf: plan.places), !given.isEmpty else { return false }
        let presented = Array((plan.encoding == .hex ? given.lowercased() : given).utf8)
        var isRight = false
        for form in forms {
            for text in texts(of: parsed, form) {
                if presented.isEqualInConstantTime(to: Array(sign(text).utf8)) { isRight = true }
            }
        }
        return isRight
    }

    /// The bytes that a sender may have signed.
    private func texts(of parsed: ParsedRequest, _ form: SignaturePlan.Form) -> [[UInt8]] {
        switch form {
        case .rawBody:
            return parsed.hasBody ? [parsed.request.body] : []
        case .sortedJSON:
            guard let object = object(of: parsed) else { return [] }
            return [JSONWriter.Options.sortedKeys, [.sortedKeys, .asciiOnly]].map { options in
                var json = JSONWriter(options: options)
                json.write(.object(object))
                return json.bytes
            }
        case .sortedParameters:
            guard let object = object(of: parsed), !object.members.isEmpty else { return [] }
            let pairs = object.sortedByKey
            let plain = pairs.map { "\($0.key)=\($0.value.parameterText)" }.joined(separator: "&")
            let encoded = pairs.map { "\($0.key.percentEncoded)=\($0.value.parameterText.percentEncoded)" }.joined(separator: "&")
            return plain == encoded ? [Array(plain.utf8)] : [Array(plain.utf8), Array(encoded.utf8)]
        }
    }

    /// The request's members or parameters without the signature itself.
    private func object(of parsed: ParsedRequest) -> JSONObject? {
        var object: JSONObject
        if let parameters = parsed.parameters {
            object = JSONObject(parameters.pairs.map { ($0.name, .string($0.value)) })
        } else if case .object(let body)? = try? JSONValue(parsing: parsed.request.body) {
            object = body
        } else {
            return nil
        }
        for place in plan.places {
            switch place {
            case .body(let name), .query(let name): object[name] = nil
            case .header, .bearer: break
            }
        }
        return object.members.isEmpty ? nil : object
    }
}

extension JSONValue {
    /// As it stands behind `k=` in a signed parameter string.
    fileprivate var parameterText: String {
        switch self {
        case .null: ""
        case .bool(let flag): flag ? "true" : "false"
        case .number(let text), .string(let text): text
        case .array, .object:
            String(decoding: JSONWriter.text(self), as: UTF8.self)
        }
    }
}

extension JSONWriter {
    fileprivate static func text(_ value: JSONValue) -> [UInt8] {
        var json = JSONWriter(options: .sortedKeys)
        json.write(value)
        return json.bytes
    }
}

extension [UInt8] {
    /// Takes as long for a wrong value as for a right one; only the length shows.
    package func isEqualInConstantTime(to other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        var difference: UInt8 = 0
        for index in indices { difference |= self[index] ^ other[index] }
        return difference == 0
    }

    /// RFC 4648 Base64 with padding.
    var base64: String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: count, by: 3) {
            let chunk = self[start..<Swift.min(start + 3, count)]
            let bits = chunk.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - chunk.count))
            for place in 0..<4 {
                text.append(place <= chunk.count ? alphabet[Int(bits >> (18 - 6 * UInt32(place))) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
