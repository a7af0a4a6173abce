import Foundation
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
    /// What is allowed but deserves a second look, in the order of the file.
    var warnings: [Diagnostic] = []

    func source(_ name: String) -> SourceConfiguration? { sources.first { $0.name == name } }
    func destination(_ name: String) -> DestinationConfiguration? { destinations.first { $0.name == name } }

    /// Reads a file with the environment of this process.
    ///
    /// - Throws: everything that is wrong with the file and with the mappings that it names.
    static func load(path: String) throws(DiagnosticsError) -> Configuration {
        let (configuration, diagnostics) = ConfigurationLoader.load(
            path: path, environment: ProcessInfo.processInfo.environment, readFile: ConfigurationFile.read,
            listFolder: ConfigurationFile.list)
        guard let configuration else { throw DiagnosticsError(diagnostics.sorted) }
        return configuration
    }

    /// Everything that is wrong with a file, or odd about it.
    static func check(path: String) -> Diagnostics {
        ConfigurationLoader.load(
            path: path, environment: ProcessInfo.processInfo.environment, readFile: ConfigurationFile.read,
            listFolder: ConfigurationFile.list
        ).diagnostics
    }
}
