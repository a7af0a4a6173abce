import Mappings

/// The judge of requests: what becomes of each, decided by the configuration, the request and the time alone.
///
/// `serve`, `explain`, a kept request that is run again and the sandbox use it and nothing else, so they cannot disagree. The steps of a request:
///
/// 1. `find`: its path leads to trackers, or nothing answers there.
/// 2. `admit`: its credentials say whose it is, and its address whether it may come in.
/// 3. `judge`: the mapping reads it. The result is a refusal, a question for the list, or a submission for the store.
/// 4. `conclude`: what the store made of the submission, in the tracker's words.
package final class Reception: Sendable {
    package let paths: PathTable
    package let routes: [Route]
    /// Whether a route may set a field to what that cannot hold.
    let routesMayFail: Bool
    let trustedProxies: [IPNetwork]
    /// The header in which trusted proxies name a request; nil if they do not.
    package let requestIDHeader: String?
    /// Characters.
    let longestIdempotencyKey: Int
    /// Characters of a secret that is blotted out of conversions.
    static let shortestHidden = 8
    /// For what reaches no tracker.
    let unroutedMask: RequestMask
    /// Blotted out of conversions. Only secrets that are long enough not to disfigure an identifier, and no public keys.
    package let secrets: SecretFinder

    /// - Parameters:
    ///   - sources: in the order of the file: if several could have sent a request, the first counts.
    ///   - mappings: all that the configuration knows: a sender with the wrong address shows one tracker the secret header of another.
    ///   - others: secrets beside those of the sources, which must not be stored either.
    ///   - waiting: for each source.
    package init(
        sources: [SourceConfiguration], routes: [Route], mappings: [Mapping], trustedProxies: [IPNetwork] = [],
        requestIDHeader: String? = nil, secrets others: [String] = [], waiting: WaitingLimits = WaitingLimits(),
        longestIdempotencyKey: Int = 255
    ) {
        let secrets = SecretFinder(sources.flatMap(\.provingSecrets) + others, minimumLength: Self.shortestHidden)
        self.secrets = secrets
        // A condition may quote a variable of the environment, and its words are kept with what it does not take.
        let routes = routes.map { $0.hiding(secrets) }
        self.routes = routes
        routesMayFail = routes.mayFail
        self.trustedProxies = trustedProxies
        self.requestIDHeader = requestIDHeader
        self.longestIdempotencyKey = longestIdempotencyKey
        let hidden = SecretFinder(sources.flatMap(\.secrets) + others)
        unroutedMask = RequestMask(ofAll: mappings, secrets: hidden)
        var names: [String] = []
        for source in sources where !names.contains(source.mapping.name) { names.append(source.mapping.name) }
        paths = PathTable(
            names.compactMap { name in
                let own = sources.filter { $0.mapping.name == name }
                return own.first.map {
                    ReceivingTracker(
                        $0.mapping,
                        sources: own.map {
                            ReceivingSource($0, sharing: sources.sharingOrders(with: $0), routes: routes, waiting: waiting)
                        },
                        mask: RequestMask($0.mapping, among: mappings, secrets: hidden))
                }
            })
    }

    /// The client's address, as far as proxies are trusted.
    package func sender(of request: WireRequest, peer: String) -> Arrival.Sender {
        guard let address = IPAddress(peer) else { return .peer(text: peer, address: nil) }
        guard !trustedProxies.isEmpty else { return .peer(text: peer, address: address) }
        let forwardedFor = request.headers.filter { $0.name.isEqualIgnoringCase("X-Forwarded-For") }.map(\.value)
        let client = ClientAddress.resolve(peer: address, forwardedFor: forwardedFor, trustedProxies: trustedProxies)
        return .peer(text: client == address ? peer : client.description, address: client)
    }

    /// The name that the peer gave the request, if it is a trusted proxy; anybody else's is a claim. Nil too if the header occurs more than
    /// once: then the proxy passed on what its client sent.
    package func requestID(of request: WireRequest, peer: String) -> String? {
        guard let requestIDHeader, let address = IPAddress(peer), trusts(address) else { return nil }
        let values = request.headers.lazy.filter { $0.name.isEqualIgnoringCase(requestIDHeader) }.map(\.value.trimmed)
        guard let value = values.first, !value.isEmpty, values.dropFirst().isEmpty else { return nil }
        return value
    }
}
