import Mappings
import Rules
import Testing

/// Which sources share orders, and which keys their messages have.
struct OrderRuleTests {
    private func source(
        _ name: String, _ tracker: String = "refersion", _ credentials: [String: String] = ["secret_key": "s"], with others: [String] = [],
        repeats: RepeatPolicy? = nil
    ) throws -> SourceConfiguration {
        var source = SourceConfiguration(
            name: name, mapping: try #require(MappingCatalog.builtIn[tracker]), credentials: credentials, openCredentials: [],
            settings: [:],
            defaults: [], allowIPs: [], repeats: repeats, exponents: CurrencyExponents())
        source.sharesOrdersWith = others
        return source
    }

    @Test func `sources share orders in both directions and through a third`() throws {
        let sources = try [source("a"), source("b", with: ["a"]), source("c", with: ["b"]), source("d"), source("e", with: ["d"])]
        let names = sources.map { sources.sharingOrders(with: $0).map(\.name) }
        #expect(names == [["b", "c"], ["a", "c"], ["a", "b"], ["e"], ["d"]])
        #expect(try [source("a"), source("b")].sharingOrders(with: source("a")).isEmpty)
    }

    private func judge(_ sources: [SourceConfiguration], _ name: String, _ request: WireRequest) throws -> Submission {
        let reception = Reception(sources: sources, routes: [], mappings: MappingCatalog.builtIn.mappings)
        let now = Timestamp(seconds: 1_717_000_000)
        let arrival = Arrival(
            id: ConversionID(at: now, random: (0, 1)), receivedAt: now, request: request, sender: .named(source: name, peer: "192.0.2.1"))
        guard case .trackers(let matches, let first) = reception.find(arrival) else { throw Refusal(.notFound, "nothing answers there") }
        switch reception.judge(arrival, reception.admit(arrival, matches, first)) {
        case .conversion(_, let submission), .correction(_, let submission): return submission
        case .refused(let refusal): throw refusal
        case .list, .ignored: throw Refusal(.notFound, "no message")
        }
    }

    private func sale(_ headers: [(name: String, value: String)] = []) -> WireRequest {
        let body = #"{"externalId":"o-1","conversionType":"SALE","amount":4990,"currency":"EUR","sessionId":"s"}"#
        return WireRequest(
            method: "POST", path: "/api/v1/conversions/postback", headers: [("Content-Type", "application/json")] + headers,
            body: Array(body.utf8))
    }

    private func scopes(_ keys: [DuplicateKey]) -> [DuplicateKey.Scope] { keys.map(\.scope) }

    @Test func `a conversion takes the key that each of the sources would give it`() throws {
        for (repeats, taken, awaited) in [
            (nil, ["new", "old"], []), (RepeatPolicy.update, ["new", "old"], []), (.new, ["new"], ["old"]),
        ] as [(RepeatPolicy?, [String], [String])] {
            let sources = try [source("new", "refcampaign", ["api_key": "k"], with: ["old"], repeats: repeats), source("old")]
            let submission = try judge(sources, "new", sale())
            #expect(scopes(submission.keys) == taken.map { .source($0) })
            #expect(scopes(submission.awaitedKeys) == awaited.map { .source($0) })
            #expect(submission.sources == ["new", "old"])
        }
    }

    @Test func `an Idempotency-Key identifies the conversion, and corrections wait under the other keys`() throws {
        let sources = try [source("new", "refcampaign", ["api_key": "k"]), source("old", with: ["new"])]
        let submission = try judge(sources, "new", sale([("Idempotency-Key", "i-1")]))
        #expect(scopes(submission.keys) == [.source("new")])
        #expect(scopes(submission.awaitedKeys) == [.source("new"), .source("old")])
    }

    @Test func `a correction looks under its own source's key first`() throws {
        let sources = try [source("old"), source("new", "refcampaign", ["api_key": "k"], with: ["old"])]
        let refund = WireRequest(
            method: "POST", path: "/api/v1/conversions/refund", headers: [("Content-Type", "application/json")],
            body: Array(#"{"externalId":"o-1"}"#.utf8))
        let submission = try judge(sources, "new", refund)
        #expect(scopes(submission.keys) == [.source("new"), .source("old")])
        #expect(try submission.keys[1].isSame(as: judge(sources, "new", sale()).keys[1]))
    }

    @Test func `without sharing nothing changes`() throws {
        let sources = try [source("old"), source("new", "refcampaign", ["api_key": "k"])]
        let submission = try judge(sources, "new", sale())
        #expect(scopes(submission.keys) == [.source("new")] && submission.awaitedKeys.isEmpty && submission.sources == ["new"])
    }

    @Test func `a correction that waits names the sources that have its order, and what would do`() throws {
        let row = ConversionRow(
            id: ConversionID(high: 0, low: 1), source: "old", tracker: "refersion", receivedAt: Timestamp(seconds: 1), orderID: "o-1",
            document: [])
        #expect(OrderElsewhere(source: "old", orderID: "o-1", conversions: [row]) == nil)
        #expect(OrderElsewhere(source: "new", orderID: "o-2", conversions: [row]) == nil)
        #expect(OrderElsewhere(source: "new", orderID: nil, conversions: [row]) == nil)
        let found = try #require(OrderElsewhere(source: "new", orderID: "o-1", conversions: [row, row]))
        #expect(
            found.sentence()
                == "order_id 'o-1' came through source 'old', the correction through 'new', and they share no orders; if it is the same order, add shares_orders_with: [old] to source 'new', then run `gateway replay --waiting`"
        )
        #expect(
            found.sentence(sharing: ["old"])
                == "order_id 'o-1' came through source 'old', the correction through 'new'; they share orders now, so `gateway replay --waiting` applies it"
        )
    }
}
