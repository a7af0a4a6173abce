/// The request for an access token, bound to a destination: OAuth 2, RFC 6749 §4.4 and §6.
package struct TokenRequest: Sendable {
    package let grant: TokenPlan.Grant
    package let url: String
    /// Where the token is in a request to the tracker.
    private let header: (name: String, prefix: String)
    private let headers: [(name: String, value: String)]
    private let form: [(name: String, value: String)]

    /// - Parameters:
    ///   - credentials: by the names that the configuration has.
    ///   - url: instead of the mapping's.
    /// - Throws: the setting that its address or scope needs and that is missing. Nil without an address.
    init?(
        _ plan: TokenPlan, at place: CredentialPlan.Place, url given: String?, credentials: [String: String],
        settings: (String) -> SettingValue?
    ) throws(PathPlan.MissingSetting) {
        if let given {
            url = given
        } else if let own = try plan.url?.text(isURL: true, settings) {
            url = own
        } else {
            return nil
        }
        grant = plan.grant
        header = if case .header(let name) = place { (name, "") } else { ("Authorization", "Bearer ") }
        let client = (id: credentials[plan.clientID] ?? "", secret: credentials[plan.clientSecret] ?? "")
        var headers = [("Content-Type", BodyFormats.form.contentType), ("Accept", "application/json")]
        var form = [("grant_type", plan.grant.rawValue)]
        if let name = plan.refreshToken { form.append(("refresh_token", credentials[name] ?? "")) }
        if let scope = try plan.scope?.text(isURL: false, settings) { form.append(("scope", scope)) }
        switch plan.client {
        case .basic:
            let pair = "\(client.id.percentEncoded):\(client.secret.percentEncoded)"
            headers.append(("Authorization", "Basic \(Array(pair.utf8).base64)"))
        case .body: form += [("client_id", client.id), ("client_secret", client.secret)]
        }
        self.headers = headers
        self.form = form
    }

    /// For sentences: the host, with its port if the address has one.
    package var host: String {
        let rest = url[(url.firstRange(of: "://")?.upperBound ?? url.startIndex)...]
        return String(rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" })
    }

    /// What is said of a request that is shown and not sent.
    package var sentence: String {
        "an access token is fetched from \(host) before it is sent (oauth2: \(grant.rawValue)); none is fetched to show this"
    }

    /// - Parameter refreshToken: the newest that the server gave; nil takes the configuration's.
    package func request(refreshToken: String? = nil) -> OutboundRequest {
        var form = form
        if let refreshToken, let index = form.firstIndex(where: { $0.name == "refresh_token" }) { form[index].value = refreshToken }
        return OutboundRequest(
            method: "POST", url: url, maskedURL: url, headers: headers, body: Array(Parameters.encoded(form).utf8),
            secretHeaders: ["Authorization"], secretMembers: ["client_secret", "refresh_token"])
    }

    /// Puts a token into a request that was written without one.
    package func put(_ token: String, into request: inout OutboundRequest) {
        for index in request.headers.indices where request.headers[index].name == header.name {
            request.headers[index].value = header.prefix + token
        }
    }

    /// What a request holds in the token's place until there is one.
    var placeholder: (name: String, value: String) { (header.name, header.prefix) }
}

extension TokenRequest: Equatable {
    package static func == (one: Self, other: Self) -> Bool {
        one.grant == other.grant && one.url == other.url && one.header == other.header
            && one.headers.elementsEqual(other.headers, by: ==) && one.form.elementsEqual(other.form, by: ==)
    }
}
