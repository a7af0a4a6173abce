/// How a destination gets the access token that is one of its credentials: OAuth 2, RFC 6749.
package struct TokenPlan: Sendable {
    package enum Grant: String, Sendable, CaseIterable {
        case clientCredentials = "client_credentials"
        case refreshToken = "refresh_token"
    }

    /// Where the client's id and secret are in the request for a token, RFC 6749 §2.3.1.
    package enum ClientPlace: String, Sendable, CaseIterable {
        /// `Authorization: Basic …`, which every server takes.
        case basic
        /// `client_id` and `client_secret` in the form.
        case body
    }

    package var grant: Grant
    /// Nil if each destination has its own.
    package var url: SettingText?
    package var scope: SettingText?
    package var client: ClientPlace
    /// The names under which the configuration has them.
    package var clientID: String
    package var clientSecret: String
    /// Nil with the grant `client_credentials`.
    package var refreshToken: String?

    package var credentialNames: [String] { [clientID, clientSecret] + [refreshToken].compactMap(\.self) }
}

extension Mapping {
    /// What an operator sets. A sender proves a token itself; a destination has what the token is got with instead of the token.
    package func credentials(of side: SettingPlan.Side) -> [CredentialPlan] {
        guard side == .destination, credentials.contains(where: { $0.token != nil }) else { return credentials }
        var plans = credentials.filter { $0.token == nil }
        for name in credentials.compactMap(\.token).flatMap(\.credentialNames) where !plans.contains(where: { $0.name == name }) {
            plans.append(CredentialPlan(name: name, places: [], identifies: false, mayBeNull: false, signsOnly: true))
        }
        return plans
    }

    /// The settings without which no token can be asked for.
    package var tokenSettings: Set<String> {
        let texts = [token?.plan.url, token?.plan.scope].compactMap(\.self)
        return Set(texts.flatMap(\.parts).compactMap { if case .setting(let name) = $0 { name } else { nil } })
    }

    /// Whether its requests carry an access token.
    package var needsToken: Bool { token != nil }

    /// The token that requests to the tracker carry, and its place.
    var token: (plan: TokenPlan, place: CredentialPlan.Place)? {
        for credential in credentials {
            if let plan = credential.token { return (plan, credential.places.first ?? .bearer) }
        }
        return nil
    }
}
