import Testing

@testable import Mappings

/// Words that an operator gives in a setting, both ways.
struct OperatorWordsTests {
    private static let text = """
        tracker: Acme
        request: { method: GET, path: /p }
        settings:
          events: { as: map }
          goals: { as: map, default: { "1": sale, "2": [lead, signup] } }
        fields:
          cid: { is: click_id }
          event: { is: type, values: settings.events, other: custom }
          goal: { is: event_name, values: settings.goals }
        """

    private func setting(_ yaml: String, of name: String = "events") throws -> (SettingValue?, [String]) {
        var diagnostics = Diagnostics()
        let node = try #require(YAMLReader.read(yaml, file: "gateway.yaml", into: &diagnostics))
        let plan = try #require(Samples.compile(Self.text).settings.first { $0.name == name })
        let value = plan.value(node, &diagnostics)
        return (value, diagnostics.sorted.map(\.description))
    }

    private func read(_ query: String, _ settings: [String: SettingValue]) throws -> String {
        let mapping = try Samples.compile(Self.text)
        let request = WireRequest(method: "GET", path: "/p", query: query, headers: [], body: [])
        switch Samples.outcome(of: request, mapping, MappingReader(mapping, settings: settings)) {
        case .success(let conversion):
            return "\(conversion.text(.type) ?? "-") \(conversion.text(.eventName) ?? "-")"
        case .failure(let refusal): return refusal.reason
        }
    }

    private func write(_ type: String, _ event: String?, _ settings: [String: SettingValue]) throws -> String {
        var conversion = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
        conversion[.type] = .text(type)
        conversion[.eventName] = event.map(Value.text) ?? .absent
        return try Samples.sent(conversion, to: MappingWriter(Samples.compile(Self.text), url: "https://t.example", settings: settings))
    }

    @Test func `the operator's words are read and written`() throws {
        let events = try #require(try setting("{ buy: [sale, deposit], \"7\": lead }").0)
        let settings = ["events": events]
        #expect(try read("event=buy&goal=2", settings) == "sale lead")
        #expect(try read("event=7&goal=1", settings) == "lead sale")
        #expect(try read("event=other", settings) == "custom other")
        #expect(try read("event=7&goal=3", settings) == "goal '3' is not one of 1, 2; did you mean '1'?")
        #expect(try write("deposit", "signup", settings) == "GET /p?event=buy&goal=2")
        #expect(try write("trial", nil, settings) == "skipped: Acme has no word for type 'trial'; it takes sale, deposit, lead")
    }

    @Test func `without a setting the canonical words are on the wire`() throws {
        #expect(try read("event=sale&goal=1", [:]) == "sale sale")
        #expect(try write("trial", "lead", [:]) == "GET /p?event=trial&goal=2")
    }

    @Test func `a default is the operator's, else the mapping's own, and fits its field`() throws {
        let mapping = try Samples.compile(
            """
            tracker: Acme
            request: { method: GET, path: /p }
            settings: { kind: { default: lead }, money: {}, trial: { as: flag } }
            fields:
              cid: { is: click_id }
              kind: { is: type, default: settings.kind }
              cur: { is: currency, default: settings.money }
              sub: { is: is_subscription, default: settings.trial }
            """)
        func read(_ settings: [String: SettingValue]) throws -> String {
            let request = WireRequest(method: "GET", path: "/p", query: "cid=c", headers: [], body: [])
            let conversion = try Samples.outcome(of: request, mapping, MappingReader(mapping, settings: settings)).get()
            return "\(conversion[.type].description) \(conversion[.currency].description) \(conversion[.isSubscription].description)"
        }
        #expect(try read([:]) == "lead  ")
        #expect(try read(["kind": .text("deposit"), "money": .text("usd"), "trial": .flag(true)]) == "deposit USD true")
        var diagnostics = Diagnostics()
        let node = YAMLNode(.scalar("sael", isPlain: true), at: SourceLocation(file: "f", line: 1, column: 1))
        #expect(mapping.settings[0].value(node, &diagnostics) == nil)
        #expect(diagnostics.sorted.map(\.message) == ["setting 'kind': unknown word 'sael'; did you mean 'sale'?"])
    }

    @Test(arguments: [
        ("{ buy: sael }", "gateway.yaml:1:8: error: unknown word 'sael'; did you mean 'sale'?"),
        ("{ buy: [] }", "gateway.yaml:1:3: error: 'buy' has no canonical word"),
        ("[buy]", "gateway.yaml:1:1: error: setting 'events' must be a map from wire words to canonical words, found a list"),
    ])
    func `a wrong word is found where the operator wrote it`(yaml: String, error: String) throws {
        let (value, errors) = try setting(yaml)
        #expect(value == nil && errors == [error])
    }
}
