import Testing

@testable import Gateway

struct ReloadDecisionTests {
    /// Reads one text after the other, and decides about the second while the first is in use.
    private func decision(from before: String, to after: String?) async throws -> ReloadDecision {
        try await ConfigurationFolder.use { folder in
            try folder.write(before)
            let running = folder.reading.configuration
            if let after { try folder.write(after) } else { try folder.remove("gateway.yaml") }
            return ReloadDecision(folder.reading, running: running)
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
                "4:1: error: unknown key 'wat' in the configuration; known: destinations, limits, listen, mappings, reload, retention, routes, "
                    + "sources, store, trusted_proxies",
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
}
