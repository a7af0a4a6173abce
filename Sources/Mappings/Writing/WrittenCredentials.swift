/// A destination's credentials at their places in every request; those of the path are `AddressWriter`'s.
struct WrittenCredentials: Sendable {
    var headers: [(name: String, value: String)] = []
    var query: [(name: String, value: String)] = []
    /// At the top of the body.
    var members: [(name: String, value: String)] = []

    /// - Parameters:
    ///   - credentials: by name; a missing one is left out.
    ///   - token: has a header that holds no token yet.
    init(_ credentials: [String: String], of mapping: Mapping, token: TokenRequest?) {
        for plan in mapping.credentials where !plan.signsOnly && plan.token == nil {
            guard let place = plan.places.first, let value = credentials[plan.name] else { continue }
            switch place {
            case .header(let name): headers.append((name, plan.form?.text(of: value) ?? value))
            case .bearer: headers.append(("Authorization", "Bearer \(value)"))
            case .query(let name): query.append((name, value))
            case .body(let name): members.append((name, value))
            case .basicUser, .basicPassword, .path: break
            }
        }
        if let basic = mapping.basicCredentials(credentials) { headers.append(("Authorization", basic.header)) }
        if let token { headers.append(token.placeholder) }
    }
}
