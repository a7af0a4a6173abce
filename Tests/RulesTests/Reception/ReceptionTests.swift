import Crypto
import Mappings
import Rules
import Testing

/// What the judge decides about single requests, without a store, a socket or a clock.
struct ReceptionTests {
    private static let now = Timestamp(seconds: 1_717_000_000)

    private func source(_ name: String, _ tracker: String, _ credentials: [String: String], freshness: Freshness? = nil) throws
        -> SourceConfiguration
    {
        SourceConfiguration(
            name: name, mapping: try #require(MappingCatalog.builtIn[tracker]), credentials: credentials, openCredentials: [],
            settings: [:],
            defaults: [], allowIPs: [], exponents: CurrencyExponents(), freshness: freshness)
    }

    private func reception(_ sources: SourceConfiguration...) -> Reception {
        Reception(sources: sources, routes: [], mappings: MappingCatalog.builtIn.mappings)
    }

    private func judge(_ arrival: Arrival, _ reception: Reception) throws -> Judgement {
        guard case .trackers(let matches, let first) = reception.find(arrival) else {
            throw Refusal(.notFound, "nothing answers there")
        }
        return reception.judge(arrival, reception.admit(arrival, matches, first))
    }

    private func arrival(_ request: WireRequest, at time: Timestamp = now, first: Timestamp? = nil, _ sender: Arrival.Sender) -> Arrival {
        Arrival(id: ConversionID(at: time, random: (0, 1)), receivedAt: time, arrivedAt: first, request: request, sender: sender)
    }

    private func event(_ second: Int64) -> WireRequest {
        let text = "clickid=c&event=lead&status=approved&timestamp=\(second)"
        let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: Array("k".utf8)))
        return WireRequest(method: "GET", path: "/v1/event", query: "\(text)&sign=\(Array(code).hex)")
    }

    @Test func `the age of a kept request counts from when it came first`() throws {
        let judge = reception(try source("casino", "rs-traffic", ["secret": "k"], freshness: Freshness(tolerance: .seconds(60))))
        let request = event(Self.now.seconds)
        let later = Self.now.advanced(by: .seconds(86_400))
        let named = Arrival.Sender.named(source: "casino", peer: "192.0.2.1")
        guard case .conversion(let conversion, _) = try self.judge(arrival(request, at: later, first: Self.now, named), judge) else {
            Issue.record("it was in time when it came")
            return
        }
        #expect(conversion.receivedAt == later)
        let stale = arrival(request, at: later, first: Self.now.advanced(by: .seconds(61)), named)
        guard case .refused(let refusal) = try self.judge(stale, judge) else {
            Issue.record("it was too old when it came")
            return
        }
        #expect(refusal.reason == "the request's time 2024-05-29T16:26:40Z is 1m 1s behind ours; 1m are allowed")
    }

    @Test func `a kept request has the key of its signature when it is run again`() throws {
        let judge = reception(try source("casino", "rs-traffic", ["secret": "k"], freshness: Freshness(replayWindow: .seconds(3600))))
        let request = event(Self.now.seconds)
        let senders: [Arrival.Sender] = [.file, .named(source: "casino", peer: "192.0.2.1")]
        let keys = try senders.map { sender -> [DuplicateKey] in
            guard case .conversion(_, let submission) = try self.judge(arrival(request, sender), judge) else { return [] }
            return submission.keys
        }
        #expect(keys[0] == keys[1])
        #expect(keys[0].count == 2)
        // As long as the key of its fields, which is for ever.
        #expect(keys[0].map(\.lifetime) == [nil, nil])
    }

    @Test func `a request whose source an operator names needs no credential, and its path may be its tracker's or its source's`() throws {
        let judge = reception(
            try source("shop", "refcampaign", ["api_key": "key-one"]), try source("mall", "refcampaign", ["api_key": "key-two"]))
        let body = #"{"externalId":"o","conversionType":"SALE","amount":500,"currency":"EUR","sessionId":"s"}"#
        for path in ["/api/v1/conversions/postback", "/mall/api/v1/conversions/postback", "/gone"] {
            let request = WireRequest(method: "POST", path: path, body: Array(body.utf8))
            guard case .conversion(let conversion, _) = try self.judge(arrival(request, .named(source: "mall", peer: "")), judge) else {
                Issue.record("\(path) was refused")
                continue
            }
            #expect(conversion.source == "mall")
        }
    }

    @Test func `a source's name in front wins over a tracker whose key is there`() throws {
        let judge = reception(try source("keyed", "keitaro", ["key": "k-1"]), try source("voluum", "voluum", [:]))
        func find(_ path: String) throws -> [String] {
            let request = WireRequest(method: "GET", path: path, query: "cid=c-1&payout=1")
            guard case .trackers(let matches, _) = judge.find(arrival(request, judge.sender(of: request, peer: "203.0.113.5"))) else {
                return []
            }
            return matches.flatMap { $0.sources.map(\.name) }
        }
        #expect(try find("/voluum/postback") == ["voluum"])
        #expect(try find("/k-1/postback") == ["keyed"])
    }

    @Test func `credentials are judged before the body, and addresses last`() throws {
        var shop = try source("shop", "refcampaign", ["api_key": "key-one"])
        shop.allowIPs = [try IPNetwork(parsing: "203.0.113.0/24")]
        let judge = reception(shop)
        func refusal(_ key: String, _ body: String, from address: String) throws -> Refusal? {
            let request = WireRequest(
                method: "POST", path: "/api/v1/conversions/postback", headers: [("Authorization", "Bearer \(key)")], body: Array(body.utf8))
            guard case .refused(let refusal) = try self.judge(arrival(request, judge.sender(of: request, peer: address)), judge) else {
                return nil
            }
            return refusal
        }
        #expect(try refusal("wrong", "{", from: "203.0.113.5")?.code == .unauthorized)
        #expect(try refusal("key-one", "{", from: "198.51.100.5")?.code == .forbidden)
        #expect(try refusal("key-one", "{", from: "203.0.113.5")?.code == .malformed)
    }

    @Test(
        .timeLimit(.minutes(15)),
        arguments: [
            (#"{"a":1}"#, "a", "&"), (#"{"a":1}"#, "%61=1", "&"), (#"{"a":1}"#, "¤cy=", ""), (#"{"a":1}"#, "amp;a", "&"),
        ])
    func `a query of 200,000 parameters costs a stranger a 401, and a sender a 400, in time`(body: String, part: String, separator: String)
        throws
    {
        let judge = reception(try source("shop", "refcampaign", ["api_key": "key-one"]))
        func refusal(_ key: String) throws -> Refusal? {
            let request = WireRequest(
                method: "POST", path: "/api/v1/conversions/postback",
                query: repeatElement(part, count: 200_000).joined(separator: separator),
                headers: [("Authorization", "Bearer \(key)")], body: Array(body.utf8))
            guard case .refused(let refusal) = try self.judge(arrival(request, judge.sender(of: request, peer: "192.0.2.1")), judge) else {
                return nil
            }
            return refusal
        }
        #expect(try refusal("wrong")?.code == .unauthorized)
        #expect(try refusal("key-one")?.reason.hasPrefix("the request has 20000") == true)
        #expect(try refusal("key-one")?.reason.hasSuffix(" parameters and members that no field names; 1000 are allowed") == true)
    }

    @Test(.timeLimit(.minutes(15))) func `a wrong signature is compared with fifty keys in time, however large the body`() throws {
        let mapping = try #require(MappingCatalog.builtIn["rs-traffic"])
        let sources = try (0..<50).map { try source("s\($0)", mapping.name, ["secret": "key-\($0)"]) }
        let judge = Reception(sources: sources, routes: [], mappings: [mapping])
        for length in [8, 64] {
            let members = (0..<20_000).map { "\"member \($0)\":1" }.joined(separator: ",")
            let body = #"{"sign":"\#(String(repeating: "a", count: length))",\#(members)}"#
            let request = WireRequest(method: "POST", path: "/v1/event", body: Array(body.utf8))
            guard case .refused(let refusal) = try self.judge(arrival(request, judge.sender(of: request, peer: "192.0.2.1")), judge) else {
                Issue.record("it was taken")
                continue
            }
            let sentence = "the signature sent fits no source that is configured here; tried as_sent of "
            let wrong = "the signature sent is not the 64 hex digits of hmac-sha256"
            #expect(length == 64 ? refusal.reason.hasPrefix(sentence) : refusal.reason == wrong)
        }
    }

    @Test func `credentials that a written request lacks are filled in from its source`() throws {
        let shop = try source("shop", "refcampaign", ["api_key": "key-one"])
        let bare = WireRequest(method: "POST", path: "/x", body: Array("{}".utf8))
        #expect(shop.completing(bare, at: Timestamp(seconds: 0)).header("Authorization") == "Bearer key-one")
        var wrong = bare
        wrong.headers = [("Authorization", "Bearer wrong")]
        #expect(shop.completing(wrong, at: Timestamp(seconds: 0)).header("Authorization") == "Bearer wrong")
        let network = try source("network", "trcker", ["postback_secret": "s-1"])
        let masked = WireRequest(method: "GET", path: "/x", query: "a=1&secret=***&b=2")
        #expect(network.completing(masked, at: Timestamp(seconds: 0)).query == "a=1&b=2")
        #expect(network.completing(masked, at: Timestamp(seconds: 0)).header("X-Postback-Secret") == "s-1")
    }
}
