import Mappings

/// An access token that a destination's requests carry, as long as it is valid. Kept in memory only.
package struct AccessToken: Sendable {
    package var value: String
    /// Seconds that it is valid for; nil until the tracker refuses it.
    package var lifetime: Int64?
    /// Another one for the next time, if the server changes it.
    package var refreshToken: String?
    /// The destination's secrets and this token: an answer may repeat either.
    package var secrets: SecretFinder
    /// Distinguishes it from those before.
    package var number = 0

    /// Reads what the token's server answered, RFC 6749 §5.
    ///
    /// - Parameters:
    ///   - host: of the server, for sentences.
    ///   - secrets: the destination's, which no sentence quotes.
    package init(_ reply: Reply, from host: String, secrets: [String]) throws(TokenFailure) {
        let value = try? JSONValue(parsing: reply.body)
        guard (200..<300).contains(reply.status) else { throw TokenFailure(reply, value, from: host, SecretFinder(secrets)) }
        func failure(_ sentence: String) -> TokenFailure {
            TokenFailure(sentence: "no access token: \(host) answered \(reply.status) \(sentence)", status: reply.status, outcome: .retry)
        }
        guard let token = value?["access_token"]?.plainText, !token.isEmpty else {
            throw failure(value == nil ? "with what is no JSON" : "without an 'access_token'")
        }
        guard token.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }) else {
            throw failure("with an 'access_token' that no header can carry")
        }
        if let type = value?["token_type"]?.plainText, !type.lowercased().hasPrefix("bearer") {
            throw failure("with a token of the type \(type.prefix(40).description.quotedBriefly), and only Bearer is known")
        }
        self.value = token
        lifetime = value?["expires_in"]?.plainText.flatMap { Int64($0.prefix { $0 != "." }) }.map { max(0, $0) }
        refreshToken = value?["refresh_token"]?.plainText.flatMap { $0.isEmpty ? nil : $0 }
        self.secrets = SecretFinder(secrets + [token] + [refreshToken].compactMap(\.self))
    }
}

/// Why there is no access token, so that nothing could be sent to the tracker.
package struct TokenFailure: Error, Sendable, Equatable {
    package var sentence: String
    /// What the token's server answered; nil without an answer.
    package var status: Int?
    package var outcome: AttemptOutcome
    package var retryAfter: String?

    package init(sentence: String, status: Int? = nil, outcome: AttemptOutcome, retryAfter: String? = nil) {
        self.sentence = sentence
        self.status = status
        self.outcome = outcome
        self.retryAfter = retryAfter
    }

    package init(_ failure: ExchangeFailure, from host: String) {
        var reason = failure.sentence
        if reason.hasPrefix("tracker ") { reason = "it " + reason.dropFirst("tracker ".count) }
        let outcome = failure.outcome == .rejected ? .connection : failure.outcome
        self.init(sentence: "no access token from \(host): \(reason)", outcome: outcome)
    }

    /// RFC 6749 §5.2: `error` is a word, `error_description` a sentence.
    fileprivate init(_ reply: Reply, _ value: JSONValue?, from host: String, _ secrets: SecretFinder) {
        var words: String?
        if case .string(let error)? = value?["error"], case .string(let description)? = value?["error_description"] {
            words = "\(error): \(description)".inOneLine
        }
        var masked = reply
        masked.body = secrets.masked(reply.body)
        words = (words ?? AnswerWords.text(of: masked)).map { AnswerWords.brief(secrets.masked($0)) }
        self.init(
            sentence: "no access token: \(host) answered \(reply.status)" + (words.map { ": \($0)" } ?? ""), status: reply.status,
            outcome: .retry, retryAfter: reply.retryAfter)
    }
}
