import Mappings
import Rules

/// Turns a configuration file into a `Configuration`, or into everything that is wrong with it.
///
/// The order is fixed: parse the YAML, put the environment in, compile the mappings that the file names, then check sources, destinations
/// and routes against them. A mistake never hides a later one. Everything is read through the closures that are passed in.
struct ConfigurationLoader {
    var diagnostics = Diagnostics()
    var catalog: MappingCatalog
    /// Mappings of the file's own folder that do not compile; to name one is no second mistake.
    var brokenMappings: Set<String> = []
    var substitution: EnvironmentSubstitution
    /// By tracker: what the texts of the file's own mappings come to.
    var mappingFingerprints: [String: Int] = [:]
    /// Of 'tls', with its keys, to see a change.
    var certificateTexts: [String] = []
    /// Whether the place of the store is in a variable that is missing.
    private var isStoreUnknown = false
    /// Of all sources in the file.
    var sourceNames: [String] = []
    /// Read when all sources are known.
    var listFiles: [ListFile] = []
    let path: String
    /// With a slash at its end, or nothing.
    let folder: String

    /// - Parameters:
    ///   - path: as the user gave it; diagnostics show it so.
    ///   - readFile: the text of a file; `ConfigurationFile.Failure` says why there is none.
    ///   - listFolder: the names in a folder.
    ///   - eachLine: calls with each line of a file that is not blank, without white space around it; for files that may be large.
    ///   - catalog: the mappings that are known without the file.
    ///   - need: what the caller cannot do without.
    /// - Returns: no configuration if there are errors; warnings are in both.
    static func load(
        path: String, environment: [String: String], readFile: (String) throws -> String, listFolder: (String) throws -> [String],
        eachLine: (String, (UnsafeRawBufferPointer) -> Void) throws -> Void = ConfigurationFile.eachLine,
        catalog: MappingCatalog = .builtIn, for need: ConfigurationNeed = .everything
    ) -> (configuration: Configuration?, diagnostics: Diagnostics) {
        var loader = Self(path: path, environment: environment, catalog: catalog)
        var configuration: Configuration?
        do {
            let text = try readFile(path)
            configuration = loader.configuration(text, readFile: readFile, listFolder: listFolder, eachLine: eachLine)
        } catch {
            loader.diagnostics.error(at: loader.start, Self.sentence(error))
        }
        var found = loader.substitution.withoutConsequences(loader.diagnostics)
        if !found.hasErrors, loader.isEnough(for: need) {
            configuration?.missingVariables = loader.substitution.missing
            configuration?.warnings = found.sorted
            return (configuration, found)
        }
        found.append(contentsOf: loader.substitution.diagnostics)
        guard !found.hasErrors else { return (nil, found) }
        configuration?.warnings = found.sorted
        return (configuration, found)
    }

    /// Whether nothing is amiss but variables that are not needed.
    private func isEnough(for need: ConfigurationNeed) -> Bool {
        guard !substitution.missing.isEmpty, !substitution.hasMistakes else { return false }
        switch need {
        case .everything: return false
        case .store: return !isStoreUnknown
        case .names: return true
        }
    }

    private init(path: String, environment: [String: String], catalog: MappingCatalog) {
        self.path = path
        self.catalog = catalog
        substitution = EnvironmentSubstitution(environment)
        folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }

    /// Reads routes alone, as `routes:` of a file has them, for the sources and destinations of a configuration.
    static func routes(_ text: String, of configuration: Configuration) -> (routes: [Route]?, diagnostics: Diagnostics) {
        var loader = Self(path: "routes", environment: [:], catalog: configuration.catalog)
        guard let node = YAMLReader.read(text, file: "routes", into: &loader.diagnostics) else { return (nil, loader.diagnostics) }
        guard let nodes = node.elements else {
            loader.diagnostics.error(at: node.location, "routes are a list: each begins with '- from:'")
            return (nil, loader.diagnostics)
        }
        let place = node.location
        let routes = loader.routes(
            nodes, sources: configuration.sourceNames.map { ($0, place) }, destinations: configuration.destinationNames.map { ($0, place) })
        return (loader.diagnostics.hasErrors ? nil : routes, loader.diagnostics)
    }

    private var start: SourceLocation { SourceLocation(file: path, line: 1, column: 1) }

    private static func sentence(_ error: any Error) -> String {
        switch error as? ConfigurationFile.Failure {
        case .missing: "no such file; write one or name another with --config FILE"
        case .unreadable(let reason): "this file cannot be read: \(reason)"
        case nil: "this file cannot be read: \(error)"
        }
    }

    private mutating func configuration(
        _ text: String, readFile: (String) throws -> String, listFolder: (String) throws -> [String],
        eachLine: (String, (UnsafeRawBufferPointer) -> Void) throws -> Void
    ) -> Configuration? {
        guard let parsed = YAMLReader.read(text, file: path, into: &diagnostics) else { return nil }
        let root = substitution.apply(to: parsed)
        var map = YAMLFields(root, subject: "the configuration", into: &diagnostics)
        let listen = map.take("listen").flatMap { listenAddress($0) }
        let tls = map.take("tls").flatMap { self.tls($0, readFile: readFile) }
        let console = map.take("console").flatMap { self.console($0) }
        let metricsToken = map.take("metrics_token").flatMap { self.metricsToken($0) }
        let store = map.take("store").flatMap { self.store($0) }
        if let node = map.take("mappings") { addMappings(node, readFile: readFile, listFolder: listFolder) }
        let proxies = map.take("trusted_proxies").map { networks("trusted_proxies", $0) } ?? []
        let requestIDHeader = map.take("request_id_header").flatMap { self.requestIDHeader($0, hasProxies: !proxies.isEmpty) }
        let limits = map.take("limits").map { self.limits($0) } ?? ServiceLimits()
        let watchesFiles = map.take("reload").map { watches($0) } ?? true
        let retention = map.take("retention").map { self.retention($0, of: store) } ?? RetentionLimits()
        let sourceNodes = map.map("sources", &diagnostics)
        let destinationNodes = map.map("destinations", &diagnostics)
        let routeNodes = map.list("routes", &diagnostics)
        map.finish(&diagnostics)

        sourceNames = sourceNodes.map(\.name)
        var sources = sourceNodes.compactMap { source($0.name, at: $0.key.location, $0.value) }
        readLists(into: &sources, eachLine)
        warnOfTwins(sources, at: sourceNodes.map { ($0.name, $0.key.location) })
        let destinations = destinationNodes.compactMap { destination($0.name, at: $0.key.location, $0.value, readFile: readFile) }
        let routes = self.routes(
            routeNodes, sources: sourceNodes.map { ($0.name, $0.key.location) },
            destinations: destinationNodes.map { ($0.name, $0.key.location) })
        if !diagnostics.hasErrors, !substitution.diagnostics.hasErrors { warn(of: routes, routeNodes, sources, destinations) }
        if sourceNodes.isEmpty, root["sources"]?.isMap ?? true {
            diagnostics.warning(at: root["sources"]?.location ?? start, "there are no sources, so nobody can send a conversion")
        }
        var configuration = Configuration(
            listen: listen ?? ListenAddress(host: "127.0.0.1", port: 8080), store: store ?? .sqlite(path: folder + "gateway.db"),
            sources: sources, destinations: destinations, routes: routes, catalog: catalog, trustedProxies: proxies, limits: limits,
            retention: retention)
        configuration.requestIDHeader = requestIDHeader
        configuration.tls = tls
        configuration.console = console
        configuration.metricsToken = metricsToken ?? console?.metricsToken
        configuration.watchesFiles = watchesFiles
        configuration.sourceNames = sourceNodes.map(\.name)
        configuration.destinationNames = destinationNodes.map(\.name)
        configuration.fingerprint = fingerprint(of: root, sources: sources)
        return configuration
    }

    /// `reload: off` leaves it to SIGHUP.
    private mutating func watches(_ node: YAMLNode) -> Bool {
        switch node.scalar {
        case "on": return true
        case "off": return false
        default:
            let found = node.scalar?.quotedBriefly ?? node.kind
            diagnostics.error(at: node.location, "'reload' must be on or off, found \(found); SIGHUP reloads in any case")
            return true
        }
    }

    mutating func listenAddress(_ node: YAMLNode) -> ListenAddress? {
        guard let text = node.text("listen", &diagnostics) else { return nil }
        do throws(ListenAddress.Failure) {
            return try ListenAddress(parsing: text)
        } catch {
            diagnostics.error(at: node.location, error.message)
            return nil
        }
    }

    private mutating func store(_ node: YAMLNode) -> StoreLocation? {
        isStoreUnknown = substitution.unresolved.contains { $0.location == node.location }
        guard let text = node.text("store", &diagnostics) else { return nil }
        do throws(StoreLocation.Failure) {
            return try StoreLocation(parsing: text, folder: folder)
        } catch {
            diagnostics.error(at: node.location, error.message)
            return nil
        }
    }

    /// One text or a list of addresses and networks.
    mutating func networks(_ key: String, _ node: YAMLNode) -> [IPNetwork] {
        node.texts(key, &diagnostics).compactMap { text, place in
            do throws(IPNetwork.Failure) {
                return try IPNetwork(parsing: text)
            } catch {
                diagnostics.error(at: place, error.message)
                return nil
            }
        }
    }

    /// Compiles every `*.yaml` of the folder; each adds a tracker or replaces one of the same name.
    private mutating func addMappings(_ node: YAMLNode, readFile: (String) throws -> String, listFolder: (String) throws -> [String]) {
        guard let name = node.text("mappings", &diagnostics) else { return }
        let written = name.hasSuffix("/") ? name : name + "/"
        let base = written.hasPrefix("/") ? written : folder + written
        let files: [String]
        do {
            files = try listFolder(String(base.dropLast())).filter { $0.hasSuffix(".yaml") }.sorted()
        } catch {
            let reason = error as? ConfigurationFile.Failure
            let sentence: String
            switch reason {
            case .missing: sentence = "there is no folder \(name.quotedBriefly); a relative one starts at the configuration file's folder"
            case .unreadable(let reason): sentence = "folder \(name.quotedBriefly) cannot be read: \(reason)"
            case nil: sentence = "folder \(name.quotedBriefly) cannot be read: \(error)"
            }
            diagnostics.error(at: node.location, sentence)
            return
        }
        if files.isEmpty { diagnostics.warning(at: node.location, "folder \(name.quotedBriefly) holds no *.yaml file") }
        for file in files {
            do {
                let file = MappingCatalog.File(path: base + file, text: try readFile(base + file))
                let found = catalog.add(file)
                diagnostics.append(contentsOf: found)
                if found.hasErrors { brokenMappings.insert(file.name) }
                mappingFingerprints[file.name] = file.text.hashValue
            } catch {
                diagnostics.error(at: SourceLocation(file: base + file, line: 1, column: 1), Self.sentence(error))
                brokenMappings.insert(String(file.dropLast(5)))
            }
        }
    }
}
