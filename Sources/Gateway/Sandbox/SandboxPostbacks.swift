import Mappings
import Rules

/// The destinations that are nothing but a `postback_url`, impersonated: each answers 200 at its URL's own path and anywhere below `/<name>`.
struct SandboxPostbacks: Sendable {
    private struct Entry: Sendable {
        var name: String
        var url: PostbackURL
        var secrets: SecretFinder
    }
    private let entries: [Entry]
    private let onReceived: @Sendable (_ name: String, _ request: String) -> Void

    var names: [String] { entries.map(\.name) }

    /// - Parameter onReceived: the destination, and its request as one line without the secrets of the configuration.
    init(
        impersonating destinations: [DestinationConfiguration], onReceived: @escaping @Sendable (_ name: String, _ request: String) -> Void
    ) {
        entries = destinations.compactMap { destination in
            guard case .postback(let url) = destination.target else { return nil }
            return Entry(name: destination.name, url: url, secrets: SecretFinder(destination.secrets))
        }
        self.onReceived = onReceived
    }

    /// Nil if the request is for none of them.
    func reply(to request: WireRequest) -> ReceptionReply? {
        let named = entries.first { request.path == "/\($0.name)" || request.path.hasPrefix("/\($0.name)/") }
        guard let entry = named ?? entries.first(where: { $0.url.leads(to: request.path) }) else { return nil }
        onReceived(entry.name, entry.secrets.masked("\(request.method) \(request.target)"))
        return ReceptionReply(WireReply(status: 200, contentType: "text/plain", body: Array("OK\n".utf8)))
    }
}
