/// A configuration file as a test wants it. The call has what the test is about; the rest is a gateway on a free port with a store in its
/// own folder, and destinations on the test's tracker.
///
/// Values are YAML as in a map on one line: `["rate": "8/s", "breaker": "{ failures: 1 }"]`.
struct ConfigurationText: Sendable {
    /// A source or a destination.
    struct Entry: Sendable {
        var name: String
        fileprivate var keys: Keys

        init(_ name: String, _ keys: KeyValuePairs<String, String>) {
            self.name = name
            self.keys = Keys(keys)
        }

        /// The same with these keys added or replaced.
        func with(_ keys: KeyValuePairs<String, String>) -> Self {
            var entry = self
            for (key, value) in keys { entry[key] = value }
            return entry
        }

        /// The same under another name.
        func named(_ name: String) -> Self {
            var entry = self
            entry.name = name
            return entry
        }

        /// Nil takes a key away.
        subscript(key: String) -> String? {
            get { keys[key] }
            set { keys[key] = newValue }
        }
    }

    fileprivate struct Keys: Sendable {
        private(set) var all: [(key: String, value: String)]

        init(_ keys: KeyValuePairs<String, String>) { all = keys.map { ($0.key, $0.value) } }

        subscript(key: String) -> String? {
            get { all.first { $0.key == key }?.value }
            set {
                let index = all.firstIndex { $0.key == key }
                switch (index, newValue) {
                case (let index?, let value?): all[index].value = value
                case (let index?, nil): all.remove(at: index)
                case (nil, let value?): all.append((key, value))
                case (nil, nil): break
                }
            }
        }
    }

    private var keys: Keys
    var sources: [Entry]
    var destinations: [Entry]
    /// Each as YAML; if there are none but destinations, one route leads from every source to all of them.
    var routes: [String]

    /// - Parameter more: other keys of the file, such as `retention`; `listen` and `store` replace what is there.
    init(
        sources: [Entry] = .ofEveryTracker, to destinations: [Entry] = [], routes: [String] = [],
        _ more: KeyValuePairs<String, String> = [:]
    ) {
        keys = Keys(["listen": "127.0.0.1:0", "store": "sqlite:gateway.db"])
        self.sources = sources
        self.destinations = destinations
        self.routes = routes
        for (key, value) in more { keys[key] = value }
    }

    /// Another key of the file.
    subscript(key: String) -> String? {
        get { keys[key] }
        set { keys[key] = newValue }
    }

    /// For changes of what is there.
    subscript(source name: String) -> Entry {
        get { sources.first { $0.name == name } ?? Entry(name, [:]) }
        set { for index in sources.indices where sources[index].name == name { sources[index] = newValue } }
    }

    subscript(destination name: String) -> Entry {
        get { destinations.first { $0.name == name } ?? Entry(name, [:]) }
        set { for index in destinations.indices where destinations[index].name == name { destinations[index] = newValue } }
    }

    var text: String {
        var lines = keys.all.map { "\($0.key): \($0.value)" }
        for (title, entries) in [("sources", sources), ("destinations", destinations)] where !entries.isEmpty {
            lines.append("\(title):")
            for entry in entries {
                lines.append("  \(entry.name): { \(entry.keys.all.map { "\($0.key): \($0.value)" }.joined(separator: ", ")) }")
            }
        }
        let names = destinations.map(\.name).joined(separator: ", ")
        let all = routes.isEmpty && !names.isEmpty ? ["{ from: \"*\", to: [\(names)] }"] : routes
        if !all.isEmpty { lines.append("routes:") }
        return (lines + all.map { "  - \($0)" }).joined(separator: "\n") + "\n"
    }
}

extension ConfigurationText.Entry {
    // MARK: Sources, as `Samples` send to them

    static let shop = Self("shop", ["tracker": "refcampaign", "credentials": "{ api_key: rc_test_demo_sender_1 }"])
    static let saas = Self(
        "saas", ["tracker": "refvenue", "credentials": "{ publishable_key: pk_test_demo_sender_1 }", "defaults": "{ currency: USD }"])
    static let store = Self(
        "store", ["tracker": "refersion", "credentials": "{ public_key: demo-public, secret_key: demo-secret-key-01 }"])
    static let network = Self(
        "network",
        [
            "tracker": "trcker", "credentials": "{ postback_secret: demo-postback-secret }",
            "settings": "{ brand: your-brand, offer: offer-slug }",
        ])
    static let casino = Self(
        "casino",
        [
            "tracker": "rs-traffic", "credentials": "{ secret: your_secret_key_0001 }", "settings": "{ partner: partner_name }",
            "timestamp_tolerance": "off",
        ])

    // MARK: Destinations

    /// On the test's tracker.
    /// - Parameter path: with its query, and with macros.
    static func postback(_ name: String, _ path: String, _ keys: KeyValuePairs<String, String> = [:]) -> Self {
        Self(
            name, ["postback_url": "\"http://127.0.0.1:${TRACKER}\(path)\"", "allow_networks": "[127.0.0.0/8]"]
        ).with(keys)
    }

    /// On the test's tracker, below the path.
    static func tracker(
        _ name: String, _ tracker: String, at path: String = "", credentials: String, _ keys: KeyValuePairs<String, String> = [:]
    ) -> Self {
        Self(
            name,
            [
                "tracker": tracker, "url": "\"http://127.0.0.1:${TRACKER}\(path)\"", "allow_networks": "[127.0.0.0/8]",
                "credentials": credentials,
            ]
        ).with(keys)
    }

    /// Tries again soon, and so often that no test comes to the end of it.
    static let patientRetries = "[\(Array(repeating: "200ms", count: 100).joined(separator: ", "))]"
}

extension [ConfigurationText.Entry] {
    /// One source of each tracker.
    static let ofEveryTracker: Self = [.shop, .saas, .store, .network, .casino]
}
