import Mappings

@testable import Gateway

/// Files that exist only in a test, and three small trackers beside none of the built-in ones.
struct ConfigurationFixture {
    var files: [String: String] = [:]
    var environment: [String: String] = [:]

    static let acme = """
        tracker: Acme
        request: { method: POST, path: /api/v1/conversions, body: json }
        list: { path: /listing/all, body: { data: [] }, each: { id: "{id}" } }
        settings:
          shared_ids: { as: flag, default: false, for: source }
          program: { for: destination, required: destination }
        credentials:
          api_key: { bearer: true }
        fields:
          externalId: { is: order_id }
          buyer: { is: customer.email }
        same_conversion: [order_id]
        replies: { accepted: {}, duplicate: {} }
        """

    static let brandy = """
        tracker: Brandy
        request: { method: GET, path: "/postback/{brand}/{offer}" }
        settings:
          brand: { required: [source, destination] }
          offer: {}
        credentials:
          secret: { header: X-Secret, query: secret, may_be_null: true }
        fields:
          click_id: { is: click_id }
        replies: { accepted: {}, duplicate: {} }
        """

    static let catalog: MappingCatalog = {
        var catalog = MappingCatalog()
        catalog.add(MappingCatalog.File(path: "acme.yaml", text: acme))
        catalog.add(MappingCatalog.File(path: "brandy.yaml", text: brandy))
        return catalog
    }()

    init(_ text: String = "", environment: [String: String] = [:], files: [String: String] = [:]) {
        self.files = files
        self.files["gateway.yaml"] = text
        self.environment = environment
    }

    func load(_ path: String = "gateway.yaml", catalog: MappingCatalog = Self.catalog) -> (
        configuration: Configuration?, diagnostics: [String]
    ) {
        let (configuration, diagnostics) = ConfigurationLoader.load(
            path: path, environment: environment,
            readFile: { path in
                guard let text = files[path] else { throw ConfigurationFile.Failure.missing }
                return text
            },
            listFolder: { folder in
                let names = files.keys.filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.count + 1)) }
                guard !names.isEmpty else { throw ConfigurationFile.Failure.missing }
                return names
            },
            eachLine: { path, line in
                guard let text = files[path] else { throw ConfigurationFile.Failure.missing }
                for part in text.split(separator: "\n") { Array(part.utf8).withUnsafeBytes(line) }
            },
            catalog: catalog)
        return (configuration, diagnostics.sorted.map(\.description))
    }

    /// Without its diagnostics.
    func reading(catalog: MappingCatalog = Self.catalog) -> ConfigurationReading {
        ConfigurationReading(
            configuration: load(catalog: catalog).configuration, diagnostics: Diagnostics(), files: WatchedFiles(), texts: files)
    }

    /// Diagnostics without the file's name.
    var findings: [String] {
        load().diagnostics.map { $0.hasPrefix("gateway.yaml:") ? String($0.dropFirst(13)) : $0 }
    }

    /// A file with one source, one destination and a route between them, which has no mistakes; `edits` are put in place of its lines.
    static func shop(
        source: String = "", destination: String = "", route: String = "", top: String = "", environment: [String: String] = [:]
    ) -> Self {
        func lines(_ text: String, _ indent: String) -> String { text.split(separator: "\n").map { indent + $0 + "\n" }.joined() }
        return Self(
            """
            sources:
              shop:
                tracker: acme
                credentials: { api_key: k234567890123456 }
            \(lines(source, "    "))destinations:
              main:
                postback_url: https://t.example/p?cid={click_id}
            \(lines(destination, "    "))routes:
              - from: shop
                to: main
            \(lines(route, "    "))\(top)
            """, environment: environment)
    }
}
