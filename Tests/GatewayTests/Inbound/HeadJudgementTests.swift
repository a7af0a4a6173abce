import FuzzProperties
import Mappings
import Rules
import Testing

@testable import Gateway

/// What is judged at a request's head is what would be judged about all of it.
struct HeadJudgementTests {
    private static let configuration = """
        sources:
          shop: { tracker: refcampaign, credentials: { api_key: key-shop } }
          market: { tracker: refcampaign, credentials: { api_key: [key-market, key-new] } }
          mall: { tracker: refcampaign, credentials: { api_key: key-mall } }
          saas: { tracker: refvenue, credentials: { publishable_key: pk_saas_1 }, defaults: { currency: USD } }
          store: { tracker: refersion, credentials: { public_key: public-1, secret_key: secret-1 } }
          network: { tracker: trcker, credentials: { postback_secret: postback-1 }, settings: { brand: b, offer: o } }
          open: { tracker: trcker, credentials: { postback_secret: null }, settings: { brand: b, offer: open } }
          casino: { tracker: rs-traffic, credentials: { secret: signing-1 }, settings: { partner: partner-1 } }
          slots: { tracker: rs-traffic, credentials: { secret: signing-2 }, settings: { partner: partner-2 } }
        """

    private func reception() throws -> Reception {
        let (loaded, diagnostics) = ConfigurationFixture(Self.configuration).load(catalog: .builtIn)
        return Reception(try #require(loaded, "\(diagnostics)"))
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `a stranger at the head is one with any body, and who is proven there is proven`(_ seed: UInt64) throws {
        let reception = try reception()
        var requests = RequestGenerator(seed: seed)
        let now = Timestamp(seconds: 1_717_000_000)
        var seen: Set<String> = []
        for number in 1...500 {
            var (_, request) = requests.next(at: now)
            change(&request, &requests.chance)
            let note = Comment(
                rawValue: "seed \(seed), request \(number): \(request.method) \(request.target) \(request.headers) "
                    + String(decoding: request.body, as: UTF8.self))
            let judgement = reception.judgeHead(request)
            seen.insert("\(judgement)")
            let admission = admission(request, reception)
            #expect((judgement == .nowhere) == (admission == nil), note)
            guard let admission else { continue }
            if judgement == .proven { #expect(admission.isProven, note) }
            guard judgement == .stranger else { continue }
            #expect(admission.source == nil, note)
            var cut = request
            cut.body = Array(cut.body.prefix(Int.random(in: 0...max(1, cut.body.count), using: &requests.chance)))
            #expect(refusal(self.admission(cut, reception)) == refusal(admission), note)
        }
        #expect(seen == ["nowhere", "stranger", "undecided", "proven"])
    }

    private func admission(_ request: WireRequest, _ reception: Reception) -> Admission? {
        let arrival = Arrival(
            id: ConversionID(at: Timestamp(seconds: 1_717_000_000), random: (0, 1)), receivedAt: Timestamp(seconds: 1_717_000_000),
            request: request, sender: reception.sender(of: request, peer: "192.0.2.1"))
        guard case .trackers(let matches, let first) = reception.find(arrival) else { return nil }
        return reception.admit(arrival, matches, first)
    }

    private func refusal(_ admission: Admission?) -> Refusal? {
        if case .failure(let refusal)? = admission?.outcome { refusal } else { nil }
    }

    /// Moves, repeats, empties and spoils what proves the sender.
    private func change(_ request: inout WireRequest, _ chance: inout SeededGenerator) {
        func isOne(in count: Int) -> Bool { Int.random(in: 0..<count, using: &chance) == 0 }
        func pick(_ texts: [String]) -> String { texts[Int.random(in: 0..<texts.count, using: &chance)] }
        let hex = String(repeating: "0a", count: 32)
        let headers = [
            ("Authorization", pick(["Bearer key-new", "bearer  key-shop", "Basic key-shop", "Bearer", ""])),
            ("X-Postback-Secret", pick(["postback-1", "wrong", ""])),
            ("X-RS-Sign", pick([hex, hex.uppercased(), "short", "", "é\(hex.dropLast(2))"])),
            ("Refersion-Secret-Key", pick(["secret-1", "wrong", ""])),
            ("Content-Type", pick(["text/plain", "application/x-www-form-urlencoded"])),
        ]
        if isOne(in: 4) { request.headers.insert(headers[Int.random(in: headers.indices, using: &chance)], at: 0) }
        if isOne(in: 6), !request.headers.isEmpty { request.headers.remove(at: Int.random(in: request.headers.indices, using: &chance)) }
        if isOne(in: 6) {
            let more = pick([
                "secret=postback-1", "secret=wrong", "secret=", "sign=\(hex)", "sign=short", "sign=", "publishable_key=pk_saas_1",
            ])
            request.query = isOne(in: 2) ? "\(more)&\(request.query)" : request.query + (request.query.isEmpty ? "" : "&") + more
        }
        if isOne(in: 12) { request.path = request.path.replacing("/b/o", with: "/b/open") }
        if isOne(in: 12) { request.method = pick(["GET", "POST"]) }
        if isOne(in: 12) { request.body = Array("clickid=c&sign=\(hex)&publishable_key=pk_saas_1".utf8) }
    }
}
