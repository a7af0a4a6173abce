import Foundation
import Mappings
import Rules

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
    /// The header in which they name a request.
    var requestIDHeader: String?
    var limits: ServiceLimits
    var retention = RetentionLimits()
    /// What the listener for senders serves with; nil: it speaks plain HTTP.
    var tls: ServerTLS?
    /// Nil: there is none.
    var console: ConsoleConfiguration?
    /// What a reader of `/metrics` must show; nil asks for nothing.
    var metricsToken: String?
    /// What is allowed but deserves a second look, in the order of the file.
    var warnings: [Diagnostic] = []
    /// Whether a change of its files is looked for; SIGHUP reads them again in any case.
    var watchesFiles = true
    var fingerprint = ConfigurationFingerprint()
    /// Environment variables that the file names and nobody set; only if the command needs none of them. What they are part of may be missing
    /// above.
    var missingVariables: [String] = []
    /// All that the file names, also those that cannot be used without a missing variable.
    var sourceNames: [String] = []
    var destinationNames: [String] = []

    func source(_ name: String) -> SourceConfiguration? { sources.first { $0.name == name } }
    /// The names of the other sources that share orders with this one.
    func sharingOrders(with name: String) -> [String] { source(name).map { sources.sharingOrders(with: $0).map(\.name) } ?? [] }
    func destination(_ name: String) -> DestinationConfiguration? { destinations.first { $0.name == name } }

    /// The names of the sources that no route takes from, in the order of the file.
    var sourcesWithoutRoute: [String] {
        sources.map(\.name).filter { name in !routes.contains { $0.sources?.contains(name) ?? true } }
    }

    /// Reads a file with the environment of this process.
    ///
    /// - Throws: everything that is wrong with the file and with the mappings that it names.
    static func load(path: String, for need: ConfigurationNeed = .everything) throws(DiagnosticsError) -> Configuration {
        let reading = ConfigurationReading(path: path, for: need)
        guard let configuration = reading.configuration else { throw DiagnosticsError(reading.diagnostics.sorted) }
        return configuration
    }

    /// Everything that is wrong with a file, or odd about it.
    static func check(path: String) -> Diagnostics {
        ConfigurationReading(path: path).diagnostics
    }
}
