import Rules

extension Reception {
    /// The judge of a configuration. A destination's secrets must not be stored with a request either.
    convenience init(_ configuration: Configuration) {
        self.init(
            sources: configuration.sources, routes: configuration.routes, mappings: configuration.catalog.mappings,
            trustedProxies: configuration.trustedProxies, requestIDHeader: configuration.requestIDHeader,
            secrets: configuration.destinations.flatMap(\.secrets),
            waiting: configuration.limits.waiting)
    }
}
