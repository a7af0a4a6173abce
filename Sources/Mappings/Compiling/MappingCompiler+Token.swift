extension MappingCompiler {
    /// `oauth2: client_credentials` and the keys that belong to it; nil for any other credential.
    mutating func token(_ name: String, _ node: YAMLNode, in map: inout YAMLFields) -> TokenPlan? {
        let grant = word("oauth2", in: &map, of: TokenPlan.Grant.self)
        let keys = ["token_url", "scope", "client", "client_id", "client_secret", "refresh_token"]
        guard node["oauth2"] != nil else {
            for key in keys {
                guard map.take(key) != nil, let pair = node.entries?.first(where: { $0.key.scalar == key }) else { continue }
                diagnostics.error(
                    at: pair.key.location,
                    "'\(key)' goes with 'oauth2' in a credential; write oauth2: client_credentials, or take '\(key)' away")
            }
            return nil
        }
        if let flag = ["signs", "identifies", "may_be_null"].first(where: { node[$0]?.scalar == "true" }), let place = node[flag] {
            diagnostics.error(at: place.location, "the oauth2 credential '\(name)' is a token that is fetched; it takes no '\(flag)'")
        }
        let url = map.take("token_url").flatMap { tokenURL($0) }
        let scope = map.take("scope").flatMap { settingText("scope", $0) }
        let client = word("client", in: &map, of: TokenPlan.ClientPlace.self) ?? .basic
        let names = ["client_id", "client_secret", "refresh_token"].map { map.text($0, &diagnostics) ?? $0 }
        if grant == .clientCredentials, let place = node["refresh_token"] {
            diagnostics.error(at: place.location, "'refresh_token' goes with oauth2: refresh_token")
        }
        return TokenPlan(
            grant: grant ?? .clientCredentials, url: url, scope: scope, client: client, clientID: names[0], clientSecret: names[1],
            refreshToken: grant == .refreshToken ? names[2] : nil)
    }

    private mutating func tokenURL(_ node: YAMLNode) -> SettingText? {
        guard let text = settingText("token_url", node) else { return nil }
        if case .literal(let start)? = text.parts.first, ["https://", "http://"].contains(where: { start.hasPrefix($0) }) { return text }
        // A setting may hold all of it.
        if text.parts.count == 1, case .setting? = text.parts.first { return text }
        diagnostics.error(
            at: node.location,
            "'token_url' begins with https://, such as https://login.example.com/oauth2/token, found '\(text.description)'")
        return nil
    }

    /// `https://login.example/{tenant}/token`: a text with settings in it.
    mutating func settingText(_ key: String, _ node: YAMLNode) -> SettingText? {
        guard let text = node.text(key, &diagnostics) else { return nil }
        let names = settings.map(\.name)
        return SettingText(parsing: text, settings: settings) { name in
            diagnostics.error(at: node.location, "'{\(name)}' in '\(key)' is not a setting\(name.suggestion(from: names))")
        }
    }

    /// A token has one place, in a header.
    mutating func checkPlace(ofToken name: String, _ places: [CredentialPlan.Place], at location: SourceLocation) {
        for place in places {
            switch place {
            case .header, .bearer: continue
            default:
                diagnostics.error(
                    at: location, "the oauth2 credential '\(name)' is sent in a header; write bearer: true, which is the default, or header"
                )
            }
        }
        if credentials.contains(where: { $0.token != nil }) {
            diagnostics.error(at: location, "'\(name)' is a second oauth2 credential; a request carries one token")
        }
    }
}
