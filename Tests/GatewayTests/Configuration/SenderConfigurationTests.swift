import Foundation
import Mappings
import Rules
import Testing

@testable import Gateway

/// Rates, reviews, freshness and two secrets, as the file has them.
struct SenderConfigurationTests {
    private static func load(_ source: String, files: [String: String] = [:]) -> (source: SourceConfiguration?, findings: [String]) {
        let lines = source.split(separator: "\n").map { "    \($0)\n" }.joined()
        let (configuration, diagnostics) = ConfigurationFixture(
            "sources:\n  shop:\n\(lines)", environment: ["EMPTY": "", "OLD": "hunter2-hunter2-2"], files: files
        ).load(catalog: .builtIn)
        return (configuration?.sources.first, diagnostics.map { String($0.dropFirst(13)) })
    }

    private static let venue = "tracker: refvenue\ncredentials: { publishable_key: k234567890123456 }\n"
    private static let traffic = "tracker: rs-traffic\ncredentials: { secret: k234567890123456 }\n"

    @Test func `all of it is read`() throws {
        let (source, findings) = Self.load(
            """
            tracker: rs-traffic
            credentials: { secret: [new-secret-123456, "${OLD}"] }
            rate: { source: 100/s, credential: 60/m }
            review: [unknown_click: { clicks: clicks.txt }]
            timestamp_tolerance: 5m
            replay_window: 1h
            """, files: ["clicks.txt": "c-1\nc-2\n"])
        #expect(findings == [])
        let shop = try #require(source)
        #expect(shop.credentials == ["secret": "new-secret-123456"])
        #expect(shop.retiringCredentials == ["secret": "hunter2-hunter2-2"])
        #expect(Set(shop.secrets) == ["new-secret-123456", "hunter2-hunter2-2"])
        #expect(
            shop.rates
                == SenderRates(
                    source: Rate(permits: 100, interval: .seconds(1)), credential: Rate(permits: 60, interval: .seconds(60))))
        #expect(shop.review?.checks == [.unknownClick])
        #expect(shop.review?.clicks.contains("c-2") == true)
        #expect(shop.freshness == Freshness(tolerance: .seconds(300), replayWindow: .seconds(3600)))
        let other = Self.load(
            Self.venue + """
                rate: 50/s
                review:
                  - plus_address
                  - suspicious_email
                  - disposable_email: { domains: [throw.example] }
                """)
        #expect(other.findings == [])
        #expect(other.source?.rates == SenderRates(source: Rate(permits: 50, interval: .seconds(1))))
        #expect(other.source?.review?.checks == [.plusAddress, .suspiciousEmail, .disposableEmail])
        #expect(other.source?.review?.disposableDomains.contains("throw.example") == true)
        let listed = Self.load(Self.venue + "review: [disposable_email: { domains: lists/own.txt }]", files: ["lists/own.txt": "A.example"])
        #expect(listed.source?.review?.disposableDomains.contains("a.example") == true)
    }

    @Test(arguments: [
        (
            "[hunter2hunter2hu, hunter2hunter2hu]",
            "4:56: error: credential 'publishable_key' of source 'shop' has the same secret twice; a rotation has a new one and the "
                + "old one"
        ),
        (
            "[hunter2hunter2hu, \"${EMPTY}\"]",
            "4:56: error: credential 'publishable_key' of source 'shop' is empty; anyone could send in its name"
        ),
        (
            "[hunter2hunter2hu, null]",
            "4:56: error: credential 'publishable_key' of source 'shop' has an empty place in its list; anyone could send in its name"
        ),
        (
            "[a, b, c]",
            "4:37: error: credential 'publishable_key' of source 'shop' has one secret, or two during a rotation, found 3; take "
                + "away those that are out of use"
        ),
        (
            "[]",
            "4:37: error: credential 'publishable_key' of source 'shop' has one secret, or two during a rotation, found 0; anyone "
                + "could send in its name"
        ),
    ])
    func `a rotation has two secrets that differ`(list: String, finding: String) {
        #expect(Self.load("tracker: refvenue\ncredentials: { publishable_key: \(list) }").findings == [finding])
    }

    @Test(arguments: [
        ("rate: 50", "5:11: error: 'rate' must be a rate such as 8/s, 100/m or 5000/h, found '50'"),
        ("rate: { sorce: 5/s }", "5:13: error: unknown key 'sorce' in 'rate' of source 'shop'; did you mean 'source'?"),
        ("rate: {}", "5:11: error: 'rate' of source 'shop' is empty; write a rate such as 50/s, or leave it out"),
        ("review: [plus_adress]", "5:14: error: unknown check 'plus_adress'; did you mean 'plus_address'?"),
        ("review: [plus_address, plus_address]", "5:28: error: 'review' has the check 'plus_address' twice; keep one"),
        ("review: []", "5:13: error: 'review' is empty; write checks such as plus_address, or leave it out"),
        ("review: [plus_address: { x: 1 }]", "5:28: error: the check 'plus_address' takes no options"),
        ("review: [disposable_email: { domains: [\"@x\"] }]", "5:44: error: 'domains' lists domains such as mail.example, found '@x'"),
        ("review: [disposable_email: { domains: no.txt }]", "5:43: error: there is no file 'no.txt'"),
        (
            "review: [unknown_click]",
            "5:14: error: the check 'unknown_click' needs its list: unknown_click: { clicks: clicks.txt }|5:14: error: tracker "
                + "'refvenue' sends no click_id, so 'unknown_click' of source 'shop' has nothing to look at"
        ),
        (
            "timestamp_tolerance: 5m",
            "5:26: error: 'timestamp_tolerance' of source 'shop' is for signed requests, and tracker 'refvenue' does not sign its own"
        ),
        (
            "replay_window: 1h",
            "5:20: error: 'replay_window' of source 'shop' is for signed requests, and tracker 'refvenue' does not sign its own"
        ),
    ])
    func `mistakes are named with their place`(line: String, findings: String) {
        #expect(Self.load(Self.venue + line).findings == findings.split(separator: "|").map(String.init))
    }

    @Test func `limits of signed requests are durations, and an empty list of clicks is odd`() {
        #expect(
            Self.load(Self.traffic + "timestamp_tolerance: 48h").findings == [
                "5:26: error: 'timestamp_tolerance' must be a duration from 1s to 24h, found '48h'"
            ])
        #expect(
            Self.load(
                Self.traffic + "review: [unknown_click: { clicks: clicks.txt }]\ntimestamp_tolerance: off", files: ["clicks.txt": "\n"]
            ).findings == [
                "5:39: warning: 'clicks.txt' lists no clicks, so every conversion is held for review"
            ])
    }

    @Test func `a signed source says how old its requests may be, or that their age does not matter`() {
        let (source, findings) = Self.load(Self.traffic)
        #expect(
            findings == [
                "2:3: warning: source 'shop' takes signed requests of any age; set 'timestamp_tolerance', such as 15m, so that a recorded one is "
                    + "of no use later, or 'off' if its requests have no time"
            ])
        #expect(source?.freshness == nil)
        let off = Self.load(Self.traffic + "timestamp_tolerance: off\nreplay_window: 1h")
        #expect(off.findings == [])
        #expect(off.source?.freshness == Freshness(replayWindow: .seconds(3600)))
        #expect(
            Self.load(Self.venue + "timestamp_tolerance: off").findings == [
                "5:26: error: 'timestamp_tolerance' of source 'shop' is for signed requests, and tracker 'refvenue' does not sign its own"
            ])
    }

    @Test func `a secret of fewer than 16 characters can be guessed, and a public key need not be secret`() {
        let sentence = "has fewer than 16 characters, so it can be guessed; agree on a longer one with the sender"
        #expect(
            Self.load("tracker: refersion\ncredentials: { public_key: p, secret_key: fifteen-letters }").findings == [
                "4:47: warning: credential 'secret_key' of source 'shop' \(sentence)"
            ])
        #expect(Self.load("tracker: refersion\ncredentials: { public_key: p, secret_key: sixteen-letters! }").findings == [])
        #expect(
            Self.load("tracker: refvenue\ncredentials: { publishable_key: [short, \"${OLD}\"] }").findings == [
                "4:38: warning: credential 'publishable_key' of source 'shop' \(sentence)"
            ])
    }

    @Test func `a destination sends one secret`() {
        let fixture = ConfigurationFixture.shop(
            destination: "", route: "",
            top: "limits: {}")
        #expect(fixture.findings == [])
        let text = """
            sources: { s: { tracker: refcampaign, credentials: { api_key: k234567890123456 } } }
            destinations:
              d: { tracker: refcampaign, url: "https://t.example", credentials: { api_key: [a, b] } }
            routes: [{ from: s, to: d }]
            """
        #expect(
            ConfigurationFixture(text).load(catalog: .builtIn).diagnostics == [
                "gateway.yaml:3:80: error: credential 'api_key' of destination 'd' must be a text, found a list"
            ])
    }

    @Test func `large lists are read line by line`() throws {
        let path = "/tmp/gateway-lines-\(Int.random(in: 0..<Int.max)).txt"
        let text = (0..<200_000).map { "click-\($0)\r\n" }.joined() + "\n  last-one  "
        try #require(text.utf8.count > 2 << 20)
        try Array(text.utf8).withUnsafeBytes { bytes in
            let file = try #require(fopen(path, "w"))
            _ = fwrite(bytes.baseAddress, 1, bytes.count, file)
            fclose(file)
        }
        defer { unlink(path) }
        var hashes: [UInt64] = []
        var last = ""
        try ConfigurationFile.eachLine(path) { line in
            hashes.append(ClickList.hash(line))
            last = String(decoding: line, as: UTF8.self)
        }
        let clicks = ClickList(hashes: hashes)
        #expect(hashes.count == 200_001)
        #expect(last == "last-one")
        #expect(clicks.contains("click-0") && clicks.contains("click-199999") && !clicks.contains("click-200000"))
    }
}
