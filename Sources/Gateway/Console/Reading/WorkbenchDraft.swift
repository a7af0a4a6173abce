import Mappings
import Rules

/// What the workbench's form holds.
struct WorkbenchDraft {
    private(set) var source: String
    private(set) var request: String
    /// The tracker whose mapping is edited.
    private(set) var tracker: String
    private(set) var mapping: String
    private(set) var routes: String
    /// A stored request that is to be put in.
    let picked: String?
    private let originals: (mapping: String, routes: String)

    init(_ configuration: Configuration, form: FormFields) {
        let chosen = form.filled("source").flatMap { configuration.source($0) } ?? configuration.sources[0]
        source = chosen.name
        picked = form.filled("pick")
        tracker = form.filled("tracker").flatMap { configuration.catalog[$0] == nil ? nil : $0 } ?? chosen.mapping.name
        let secrets = SecretFinder(configuration.sources.flatMap(\.secrets) + configuration.destinations.flatMap(\.secrets))
        originals = (
            configuration.catalog.text(of: tracker) ?? "", RoutesText.yaml(of: configuration.routes, hiding: secrets)
        )
        // The text of another tracker's mapping does not go with the one that was chosen now.
        let isSameTracker = form["tracker"] == form["edited"]
        mapping = (isSameTracker ? form.lines("mapping") : nil) ?? originals.mapping
        routes = form.lines("routes") ?? originals.routes
        request = form.lines("request") ?? Self.sample(of: chosen)
    }

    var isMappingEdited: Bool { mapping.trimmed != originals.mapping.trimmed }
    var areRoutesEdited: Bool { routes.trimmed != originals.routes.trimmed }

    mutating func take(_ stored: StoredRequest, _ source: String?, _ configuration: Configuration) {
        if let source, let known = configuration.source(source) {
            self.source = known.name
            if !isMappingEdited, known.mapping.name != tracker {
                tracker = known.mapping.name
                mapping = configuration.catalog.text(of: tracker) ?? ""
            }
        }
        request = Self.text(stored.method, stored.target, stored.headers, stored.body)
    }

    /// The tracker page's own sample.
    private static func sample(of source: SourceConfiguration) -> String {
        guard let given = source.mapping.sample?.given else { return "" }
        let path = (try? source.mapping.request.path.text(source.settings).get()) ?? given.path
        let target = given.query.isEmpty ? path : "\(path)?\(given.query)"
        return text(given.method, target, given.headers, given.body)
    }

    private static func text(_ method: String, _ target: String, _ headers: [(name: String, value: String)], _ body: [UInt8]) -> String {
        let usual = ["content-length", "host", "connection", "accept", "user-agent", "accept-encoding"]
        let shown = headers.filter { !usual.contains($0.name.lowercased()) }.map { "\($0.name): \($0.value)" }
        return (["\(method) \(target)"] + shown + ["", String(decoding: body, as: UTF8.self)]).joined(separator: "\n")
    }
}
