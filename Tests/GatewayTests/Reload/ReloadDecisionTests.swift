import Foundation
import Mappings
import Testing

@testable import Gateway

struct ReloadDecisionTests {
    /// Reads one text after the other, and decides about the second while the first is in use.
    private func decision(
        from before: String, to after: String?, because cause: ReloadCause = .changedFile
    ) async throws -> ReloadDecision {
        try await ConfigurationFolder.use { folder in
            try folder.write(before)
            let running = folder.reading
            if let after { try folder.write(after) } else { try folder.remove("gateway.yaml") }
            return ReloadDecision(folder.reading, running: running, because: cause)
        }
    }

    @Test func `what is different is used, and what counts from the next start is named`() async throws {
        let before = ConfigurationFolder.text("shop")
        #expect(
            try await decision(from: before, to: ConfigurationFolder.text("shop", "late"))
                == .use(changes: ["source late added"], atStart: []))
        #expect(
            try await decision(from: before, to: ConfigurationFolder.text("shop", more: "listen: 127.0.0.1:1\n"))
                == .use(changes: [], atStart: ["listen"]))
    }

    @Test func `a file that says the same is nothing different`() async throws {
        let text = ConfigurationFolder.text("shop")
        #expect(try await decision(from: text, to: "# another comment\n" + text) == .nothingDifferent)
    }

    @Test func `a file with mistakes is refused whole, with its errors and without its warnings`() async throws {
        let text = ConfigurationFolder.text("shop", "late", more: "wat: 1\nlisten: 8080\n")
        guard case .mistakes(let errors) = try await decision(from: ConfigurationFolder.text("shop"), to: text) else {
            Issue.record("it was not refused")
            return
        }
        #expect(
            errors.map { String("\($0)".split(separator: "gateway.yaml:").last ?? "") } == [
                "4:1: error: unknown key 'wat' in the configuration; known: console, destinations, limits, listen, mappings, metrics_token, reload, request_id_header, "
                    + "retention, routes, sources, store, tls, trusted_proxies",
                "5:9: error: 'listen' must be HOST:PORT, found '8080'; write 127.0.0.1:8080",
            ])
    }

    @Test func `a file that is gone is a mistake`() async throws {
        guard case .mistakes(let errors) = try await decision(from: ConfigurationFolder.text("shop"), to: nil) else {
            Issue.record("it was not refused")
            return
        }
        #expect(errors.map(\.message) == ["no such file; write one or name another with --config FILE"])
    }

    @Test func `a file without sources is refused while there are some, and used while there are none`() async throws {
        #expect(try await decision(from: ConfigurationFolder.text("shop"), to: "") == .noSources)
        #expect(try await decision(from: ConfigurationFolder.text("shop"), to: "reload: off\n") == .noSources)
        #expect(try await decision(from: "reload: on\n", to: "reload: off\n") == .use(changes: ["reload changed"], atStart: []))
    }

    @Test func `the first that can be used is used after one that could not`() async throws {
        #expect(
            try await decision(from: "sources: 1\n", to: ConfigurationFolder.text("shop"))
                == .use(changes: ["source shop added"], atStart: []))
    }

    /// Three sources, two destinations and two routes.
    private static let whole = ConfigurationFolder.text(
        "shop", "store", "late",
        more: """
            destinations:
              main: { postback_url: "https://t.example/p?cid={click_id}" }
              other: { postback_url: "https://o.example/p?cid={click_id}" }
            routes:
              - { from: shop, to: main }
              - { from: "*", to: other }

            """)

    @Test func `a changed file that loses all routes, all destinations or half of the sources is refused, and SIGHUP takes it`()
        async throws
    {
        func cut(at text: String) -> String { Self.whole.firstRange(of: text).map { String(Self.whole[..<$0.lowerBound]) } ?? "" }
        let cases: [(after: String, losses: [String])] = [
            (cut(at: "routes:"), ["all 2 routes"]),
            (cut(at: "destinations:"), ["all 2 destinations", "all 2 routes"]),
            (cut(at: "  store:"), ["2 of 3 sources", "all 2 destinations", "all 2 routes"]),
        ]
        for (after, losses) in cases {
            #expect(try await decision(from: Self.whole, to: after) == .losses(losses))
            guard case .use(_, [], losses) = try await decision(from: Self.whole, to: after, because: .hangup) else {
                Issue.record("SIGHUP did not take \(after)")
                continue
            }
        }
        let one = ConfigurationFolder.text(
            "shop",
            more: "destinations: { main: { postback_url: \"https://t.example/p?cid={click_id}\" } }\nroutes: [{ from: shop, to: main }]\n")
        #expect(
            try await decision(from: one, to: ConfigurationFolder.text("shop")) == .losses(["its only destination", "its only route"]))
        #expect(
            try await decision(from: ConfigurationFolder.text("shop", "late"), to: ConfigurationFolder.text("late"))
                == .losses(["1 of 2 sources"]))
    }

    @Test func `a changed file may lose less, and give a source another name`() async throws {
        let fewer = Self.whole.replacing("  late: { tracker: refcampaign, credentials: { api_key: key-of-late } }\n", with: "")
            .replacing("  - { from: shop, to: main }\n", with: "")
        #expect(try await decision(from: Self.whole, to: fewer) == .use(changes: ["source late removed", "1 route removed"], atStart: []))
        #expect(
            try await decision(from: ConfigurationFolder.text("shop"), to: ConfigurationFolder.text("store"))
                == .use(changes: ["source store added", "source shop removed"], atStart: []))
    }

    /// One file in lines and one in braces, as both are cut in other places.
    private static let goodFiles = [
        """
        listen: 127.0.0.1:8080
        sources:
          shop:
            tracker: acme
            credentials: { api_key: k234567890123456 }
            defaults: { currency: EUR }
          store:
            tracker: acme
            credentials: { api_key: l234567890123456 }
            rate: 50/s
          other:
            tracker: brandy
            credentials:
              secret: s234567890123456
            settings: { brand: b }
        destinations:
          main:
            postback_url: https://t.example/p?cid={click_id}
            retries: [1m, 10m]
          main-too:
            postback_url: https://t.example/p?cid={click_id}
        routes:
          - from: [shop, store]
            to: main-too
            when: amount > 100
          - from: "*"
            to: main
        limits:
          drain: 10s

        """,
        """
        sources:
          shop: { tracker: acme, credentials: { api_key: k234567890123456 } }
          store: { tracker: acme, credentials: { api_key: l234567890123456 } }
        destinations: { main: { postback_url: "https://t.example/p?cid={click_id}" } }
        routes: [{ from: shop, to: main }, { from: store, to: main, when: amount > 5 }]

        """,
    ]

    private static let examples = ["agency-bridge", "demo", "fan-out", "migration"].map { name in
        let file = "\(Workbench.repository)/examples/\(name).yaml"
        return String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }

    /// With a value for each variable that a text names without one.
    private func reading(_ text: String, variables: String) -> ConfigurationReading {
        let names = variables.matches(of: /\$\{([A-Z_]+)}/).map { String($0.1) }
        let environment = Dictionary(names.map { ($0, $0 == "SANDBOX" ? "http://127.0.0.1:1" : "127.0.0.1:1") }) { first, _ in first }
        return ConfigurationFixture(text, environment: environment).reading(catalog: Self.catalog)
    }

    /// The fixture's trackers, and all that the binary carries.
    private static let catalog: MappingCatalog = {
        var catalog = ConfigurationFixture.catalog
        for file in MappingCatalog.builtInFiles { catalog.add(file) }
        return catalog
    }()

    @Test(arguments: goodFiles + examples) func `a good file that is cut at any byte changes nothing`(text: String) throws {
        let running = reading(text, variables: text)
        #expect(running.configuration?.routes.isEmpty == false, "the file is good")
        for length in 0..<text.utf8.count {
            let cut = String(decoding: text.utf8.prefix(length), as: UTF8.self)
            let decision = ReloadDecision(reading(cut, variables: text), running: running)
            #expect(decision.isRefusal || decision == .nothingDifferent, "\(decision): \(cut)")
        }
    }

    @Test(arguments: goodFiles) func `a changed file that is cut at any byte has no fewer sources, destinations and routes`(text: String)
        throws
    {
        let source =
            text.contains("  shop:\n")
            ? "sources:\n  first:\n    tracker: acme\n    credentials: { api_key: first }\n"
            : "sources:\n  first: { tracker: acme, credentials: { api_key: first } }\n"
        let changed = text.replacing("sources:\n", with: source)
        let running = try #require(reading(text, variables: text).configuration)
        #expect(ReloadDecision(reading(changed, variables: text), running: reading(text, variables: text)).isRefusal == false)
        for length in 0..<changed.utf8.count {
            let next = reading(String(decoding: changed.utf8.prefix(length), as: UTF8.self), variables: text)
            let decision = ReloadDecision(next, running: reading(text, variables: text))
            guard !decision.isRefusal, let next = next.configuration else { continue }
            #expect(next.sources.count >= running.sources.count && next.destinations.count >= running.destinations.count)
            #expect(next.routes.count >= running.routes.count, "\(decision) at \(length)")
        }
    }

    @Test func `a mapping that is cut at any byte changes nothing`() throws {
        let acme = ConfigurationFixture.acme + "\n"
        func reading(_ mapping: String) -> ConfigurationReading {
            let text = "mappings: trackers\n" + ConfigurationFixture.shop().files["gateway.yaml", default: ""] + "\n"
            return ConfigurationFixture(text, files: ["trackers/acme.yaml": mapping]).reading()
        }
        let running = reading(acme)
        #expect(running.configuration != nil)
        for length in 0..<acme.utf8.count {
            let decision = ReloadDecision(reading(String(decoding: acme.utf8.prefix(length), as: UTF8.self)), running: running)
            #expect(decision.isRefusal || decision == .nothingDifferent, "\(decision) at \(length)")
        }
    }

    @Test func `a file that looks cut short is refused with the reason, and SIGHUP takes it`() async throws {
        let last = "  - { from: \"*\", to: other }\n"
        let beginning = Self.whole.replacing(last, with: "")
        guard case .losses(["its last route"]) = try await decision(from: Self.whole, to: beginning) else {
            Issue.record("a lost end was taken")
            return
        }
        #expect(
            try await decision(from: Self.whole, to: beginning, because: .hangup)
                == .use(changes: ["1 route removed"], atStart: [], losses: ["its last route"]))
        let cases: [(before: String, after: String, reason: String)] = [
            (Self.whole + "limits: { body: 2MB }\n", Self.whole, "is only the beginning of what it was"),
            (
                Self.whole,
                String(Self.whole.replacing("shop: {", with: "store-2: {").replacing("from: shop", with: "from: store-2").dropLast()),
                "ends amid a line, which it did not before"
            ),
        ]
        for (before, after, reason) in cases {
            guard case .cutShort(let sentence) = try await decision(from: before, to: after) else {
                Issue.record("\(reason): it was taken")
                continue
            }
            #expect(sentence.hasSuffix("gateway.yaml' \(reason)"))
            #expect(try await decision(from: before, to: after, because: .hangup).isRefusal == false)
        }
        // Nothing that counts is gone.
        #expect(try await decision(from: Self.whole + "# the end\n", to: Self.whole) == .nothingDifferent)
        // It never had a line break at its end.
        let open = String(ConfigurationFolder.text("shop").dropLast())
        #expect(
            try await decision(from: open, to: open.replacing("key-of", with: "key-for"))
                == .use(changes: ["source shop changed"], atStart: []))
    }

    @Test func `a key that is again as it was at the start needs no start`() async throws {
        try await ConfigurationFolder.use { folder in
            try folder.write(ConfigurationFolder.text("shop"))
            let started = folder.reading
            try folder.write("listen: 127.0.0.1:1\n" + ConfigurationFolder.text("shop"))
            let changed = folder.reading
            #expect(
                ReloadDecision(changed, running: started, started: started.configuration?.fingerprint)
                    == .use(changes: [], atStart: ["listen"]))
            #expect(ReloadDecision(started, running: changed, started: started.configuration?.fingerprint) == .nothingDifferent)
            try folder.write("listen: 127.0.0.1:2\n" + ConfigurationFolder.text("shop"))
            #expect(
                ReloadDecision(folder.reading, running: changed, started: started.configuration?.fingerprint)
                    == .use(changes: [], atStart: ["listen"]))
        }
    }
}
