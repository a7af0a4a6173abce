/// A user and a password in `Authorization: Basic …`, RFC 7617.
package struct BasicCredentials: Sendable, Equatable {
    package var user: String
    package var password: String

    package init(user: String, password: String) {
        self.user = user
        self.password = password
    }

    /// Nil if the header is not of this scheme, or not in Base64 or UTF-8.
    init?(header: String) {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, String(parts[0]).isEqualIgnoringCase("basic") else { return nil }
        let text = parts[1].trimmed
        let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let bytes = SignatureEncoding.base64.code(padded), let pair = String(validating: bytes, as: UTF8.self),
            let colon = pair.firstIndex(of: ":")
        else { return nil }
        self.init(user: String(pair[..<colon]), password: String(pair[pair.index(after: colon)...]))
    }

    /// What stands behind the scheme's word.
    package var token: String { Array("\(user):\(password)".utf8).base64 }

    package var header: String { "Basic \(token)" }
}

extension Mapping {
    /// The user and password that requests are written with; nil if the mapping has neither.
    package func basicCredentials(_ credentials: [String: String]) -> BasicCredentials? {
        var basic: BasicCredentials?
        for plan in self.credentials {
            guard let value = credentials[plan.name], let place = plan.places.first else { continue }
            switch place {
            case .basicUser: basic = BasicCredentials(user: value, password: basic?.password ?? "")
            case .basicPassword: basic = BasicCredentials(user: basic?.user ?? "", password: value)
            default: break
            }
        }
        return basic
    }
}
