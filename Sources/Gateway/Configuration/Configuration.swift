import Mappings

/// A configuration file, checked whole: every name resolved, every mapping compiled, every secret in place.
struct Configuration: Sendable {
    var listen: ListenAddress
    var store: StoreLocation
    var sources: [SourceConfiguration]
    var destinations: [DestinationConfiguration]
    var routes: [Route]
    var catalog: MappingCatalog
    /// Peers whose `X-Forwarded-For` is believed.
    var trustedProxies: [IPNetwork]
    var limits: Limits

    func source(_ name: String) -> SourceConfiguration? { sources.first { $0.name == name } }
    func destination(_ name: String) -> DestinationConfiguration? { destinations.first { $0.name == name } }
}

struct ListenAddress: Sendable, Equatable {
    var host: String
    /// 0 takes any free port.
    var port: Int
}

/// `sqlite:gateway.db`; a relative path starts at the configuration file's folder.
enum StoreLocation: Sendable, Equatable {
    case sqlite(path: String)
}

struct Limits: Sendable, Equatable {
    /// Bytes of a request's body; more is a 413.
    var body = 1024 * 1024
    var refused = RefusedLimits()
    /// How long the end of the service waits for what is under way.
    var drain = Duration.seconds(10)
}
