import Mappings
import Rules

/// The running configuration with another mapping or other routes in it, for looking only.
struct EditedConfiguration {
    /// The running one as far as what was edited has mistakes.
    private(set) var configuration: Configuration
    private(set) var diagnostics: [Diagnostic] = []

    /// - Parameters:
    ///   - mapping: a tracker's name and the text of its file; nil changes none.
    ///   - routes: nil changes none.
    init(_ running: Configuration, mapping: (name: String, text: String)?, routes: String?) {
        configuration = running
        if let mapping { replace(mapping.name, mapping.text) }
        if let routes {
            let (found, problems) = ConfigurationLoader.routes(routes, of: running)
            diagnostics += problems.sorted
            if let found { configuration.routes = found }
        }
    }

    private mutating func replace(_ name: String, _ text: String) {
        let found = configuration.catalog.add(MappingCatalog.File(path: "\(name).yaml", text: text))
        diagnostics += found.sorted
        guard !found.hasErrors, let mapping = configuration.catalog[name] else { return }
        for index in configuration.sources.indices where configuration.sources[index].mapping.name == name {
            configuration.sources[index].mapping = mapping
        }
        configuration.destinations = configuration.destinations.map { rewritten($0, with: mapping) }
    }

    private mutating func rewritten(_ destination: DestinationConfiguration, with mapping: Mapping) -> DestinationConfiguration {
        var destination = destination
        guard case .tracker(let writer) = destination.target, writer.mapping.name == mapping.name else { return destination }
        do throws(PathPlan.MissingSetting) {
            destination.target = .tracker(
                try MappingWriter(
                    mapping, url: writer.url, settings: writer.settings, credentials: writer.credentials, exponents: destination.exponents,
                    surplus: destination.surplus))
        } catch {
            let place = SourceLocation(file: "\(mapping.name).yaml", line: 1, column: 1)
            diagnostics.append(Diagnostic(at: place, "destination '\(destination.name)' lacks a setting that this mapping needs: \(error)"))
        }
        return destination
    }
}
