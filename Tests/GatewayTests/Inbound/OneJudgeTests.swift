import Foundation
import FuzzProperties
import Logging
import Mappings
import Rules
import Synchronization
import Testing

@testable import Gateway

/// `explain` shows of a request what `serve` then does with it: the same status, reply, conversion and destinations.
struct OneJudgeTests {
    private static let configuration = """
        sources:
          shop:
            tracker: refcampaign
            credentials: { api_key: key-shop }
            repeats: update
          market: { tracker: refcampaign, credentials: { api_key: key-market }, settings: { shared_ids: true } }
          mall: { tracker: refcampaign, credentials: { api_key: key-mall }, settings: { shared_ids: true }, repeats: add }
          saas:
            tracker: refvenue
            credentials: { publishable_key: pk_saas_1 }
            defaults: { currency: USD }
            review: [suspicious_email, plus_address]
          store: { tracker: refersion, credentials: { public_key: public-1, secret_key: secret-1 }, repeats: new }
          network:
            tracker: trcker
            credentials: { postback_secret: postback-1 }
            settings: { brand: b, offer: o }
            duplicates: { key: [click_id], within: 5m }
          casino:
            tracker: rs-traffic
            credentials: { secret: signing-1 }
            settings: { partner: partner-1 }
            timestamp_tolerance: 60s
            replay_window: 1h
          slots: { tracker: rs-traffic, credentials: { secret: signing-2 }, settings: { partner: partner-2 } }
        destinations:
          one: { postback_url: "https://one.example/p?cid={click_id}&sum={amount}" }
          two: { postback_url: "https://two.example/p?id={order_id}" }
        routes:
          - { from: "*", to: one, when: amount > 10 }
          - { from: [shop, saas, casino], to: two, when: 'type == "sale" or exists(order_id)' }
        """

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `explain and serve agree on every request, one after the other`(_ seed: UInt64) async throws {
        try await withStore { store in
            let (loaded, diagnostics) = ConfigurationFixture(Self.configuration).load(catalog: .builtIn)
            let bench = JudgeBench(try #require(loaded, "\(diagnostics)"), store)
            var requests = RequestGenerator(seed: seed)
            var statuses: Set<Int> = []
            for number: UInt64 in 1...150 {
                let (source, request) = requests.next(at: bench.time.now)
                bench.time.pass(.seconds(Int64.random(in: 0...40, using: &requests.chance)))
                statuses.insert(try await bench.compare(request, of: source, number, "seed \(seed)"))
            }
            #expect(statuses.isSuperset(of: [200, 400, 401]), "the requests are of all kinds: \(statuses)")
        }
    }

    @Test func `an old signed event is refused by explain as serve refuses it`() async throws {
        let (loaded, _) = ConfigurationFixture(Self.configuration).load(catalog: .builtIn)
        let configuration = try #require(loaded)
        let text = "clickid=c&event=lead&status=approved&timestamp=1717000000"
        let request = WireRequest.get("/v1/event", "\(text)&sign=\(hmac(text, "signing-1"))")
        let explained = await Explanation(
            configuration: configuration, source: try #require(configuration.source("casino")), request: request,
            now: Timestamp(seconds: 1_720_000_000), foresight: .nothingStored)
        #expect(explained.isRefused)
        #expect(explained.reply?.wire.status == 401)
        #expect(explained.lines.contains("  the request's time 2024-05-29T16:26:40Z is 34d 17h behind ours; 1m are allowed"))
    }

    @Test func `an Idempotency-Key is the key that explain shows`() async throws {
        let (loaded, _) = ConfigurationFixture(Self.configuration).load(catalog: .builtIn)
        let configuration = try #require(loaded)
        let request = WireRequest.post(
            "/api/v1/conversions/postback", #"{"externalId":"o","conversionType":"SALE","amount":500,"currency":"EUR","sessionId":"s"}"#,
            ["Idempotency-Key": "try-1"])
        let explained = await Explanation(
            configuration: configuration, source: try #require(configuration.source("shop")), request: request,
            now: Timestamp(seconds: 1_720_000_000), foresight: .nothingStored)
        #expect(explained.lines.contains("same conversion again: Idempotency-Key 'try-1' or order_id 'o'"))
    }
}

private func withStore(_ body: (SQLiteConversionStore) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "judge-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = try SQLiteConversionStore(path: folder.appending(path: "gateway.db").path)
    try await body(store)
    await store.close()
}

/// An intake whose time and ids a test sets.
private struct JudgeBench {
    let configuration: Configuration
    let store: SQLiteConversionStore
    private let recorder: RecordingStore
    let time = IntakeBench.Time()
    private let number = Number()
    private let intake: Intake

    private final class Number: Sendable {
        private let value = Atomic<UInt64>(0)
        var current: UInt64 {
            get { value.load(ordering: .relaxed) }
            set { value.store(newValue, ordering: .relaxed) }
        }
    }

    init(_ configuration: Configuration, _ store: SQLiteConversionStore) {
        self.configuration = configuration
        self.store = store
        recorder = RecordingStore(store: store)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        intake = Intake(
            Reception(configuration), store: recorder,
            clock: IntakeClock(now: { [time] in time.now }, random: { [number] in (0, number.current) }, uptime: { [time] in time.uptime }),
            logger: logger, onAccepted: { _, _, _ in })
    }

    /// Explains a request, then serves it. Returns the status that it was answered with.
    func compare(_ request: WireRequest, of name: String, _ count: UInt64, _ seed: String) async throws -> Int {
        let id = ConversionID(at: time.now, random: (0, count))
        let source = try #require(configuration.source(name))
        let explained = await Explanation(
            configuration: configuration, source: source, request: request, now: time.now, id: id, foresight: .store(store))
        let before = try await lastRefused()
        number.current = count
        let served = await intake.respond(to: request, peer: "192.0.2.1")
        let title = "\(seed), request \(count) of \(name): \(request.target) \(String(decoding: request.body, as: UTF8.self))"
        let picture = Comment(rawValue: ([title] + explained.lines).joined(separator: "\n"))
        if case .list? = explained.judgement {
            // The list is the store's to write.
            #expect(served.wire.status == 200, picture)
        } else {
            #expect(explained.reply.map { Answer($0) } == Answer(served), picture)
        }
        // A question for a list is not kept.
        if explained.judgement != nil, !request.query.hasPrefix("limit=") {
            let kept = try await lastRefused()
            #expect(explained.isRefused == (before != kept), picture)
        }
        switch explained.judgement {
        case .conversion(let conversion, let submission)?:
            compare(submission, recorder.takeLast(), picture)
            try await compare(conversion, submission, id, picture)
        case .correction(_, let submission)?: compare(submission, recorder.takeLast(), picture)
        case .refused?, .list?, .ignored?, nil: #expect(recorder.takeLast() == nil, picture)
        }
        return served.wire.status
    }

    private func compare(_ explained: Submission, _ served: Submission?, _ picture: Comment) {
        #expect(served?.keys == explained.keys, picture)
        #expect(served?.awaitedKeys == explained.awaitedKeys, picture)
        #expect(served?.content == explained.content, picture)
        #expect(served?.destinations == explained.destinations, picture)
        #expect(served?.conversion.document == explained.conversion.document, picture)
    }

    private func compare(_ conversion: Conversion, _ submission: Submission, _ id: ConversionID, _ picture: Comment) async throws {
        guard let row = try await store.conversion(id), row.root == nil else { return }
        #expect(String(decoding: row.document, as: UTF8.self) == String(decoding: conversion.document(), as: UTF8.self), picture)
        let deliveries = try await store.deliveries(DeliveryFilter(conversion: id))
        #expect(Set(deliveries.map(\.id.destination)) == Set(submission.destinations), picture)
        var request = submission.request
        request.peer = "192.0.2.1"
        #expect(try await store.request(of: id) == request, picture)
    }

    private func lastRefused() async throws -> Int64? { try await store.refused(RefusedFilter(limit: 1)).first?.id }
}

/// Remembers what intake hands to the store.
private final class RecordingStore: IntakeStore {
    private let store: SQLiteConversionStore
    private let last = Mutex<Submission?>(nil)

    init(store: SQLiteConversionStore) { self.store = store }

    func takeLast() -> Submission? {
        last.withLock { last in
            defer { last = nil }
            return last
        }
    }

    func accept(_ submission: Submission) async throws(StoreError) -> Acceptance {
        last.withLock { $0 = submission }
        return try await store.accept(submission)
    }

    func correct(_ submission: Submission) async throws(StoreError) -> CorrectionResult {
        last.withLock { $0 = submission }
        return try await store.correct(submission)
    }

    func keep(_ refused: RefusedRequest) async throws(StoreError) -> Int64? { try await store.keep(refused) }
    func count(_ ignored: IgnoredMessage) async throws(StoreError) { try await store.count(ignored) }
    func checkWritable() async throws(StoreError) { try await store.checkWritable() }
    func conversions(_ filter: ConversionFilter) async throws(StoreError) -> [ConversionRow] { try await store.conversions(filter) }
}
