import Testing

@testable import Gateway

struct ConfigurationFingerprintTests {
    private static let text = """
        trusted_proxies: [10.0.0.1]
        limits: { body: 1MB, drain: 5s }
        sources:
          shop: { tracker: acme, credentials: { api_key: "${KEY}" } }
          other: { tracker: brandy, credentials: { secret: s234567890123456 }, settings: { brand: b } }
        destinations:
          main: { postback_url: "https://t.example/p?cid={click_id}" }
        routes:
          - { from: shop, to: main }
        """

    private static func fingerprint(
        _ text: String, key: String = "k", files: [String: String] = [:]
    ) throws -> ConfigurationFingerprint {
        let (configuration, diagnostics) = ConfigurationFixture(text, environment: ["KEY": key], files: files).load()
        return try #require(configuration, "\(diagnostics)").fingerprint
    }

    private static func changes(_ before: String = text, to after: String) throws -> [String] {
        try fingerprint(before).changes(to: fingerprint(after))
    }

    @Test func `comments, blank lines and the order of limits change nothing`() throws {
        let other = "# a comment\n\n" + Self.text.replacing("limits: { body: 1MB, drain: 5s }", with: "limits: { drain: 5s, body: 1MB }")
        #expect(try Self.changes(to: other) == [])
        #expect(try Self.fingerprint(Self.text).changesAtStart(to: Self.fingerprint(other)) == [])
        #expect(try Self.fingerprint(Self.text) == Self.fingerprint(other))
    }

    @Test func `sources and destinations are named, and routes are counted`() throws {
        let late = "  late: { tracker: acme, credentials: { api_key: l234567890123456 } }\n"
        #expect(try Self.changes(to: Self.text.replacing("destinations:", with: late + "destinations:")) == ["source late added"])
        #expect(
            try Self.changes(to: Self.text.replacing("  shop: {", with: "  store: {").replacing("from: shop", with: "from: store"))
                == ["source store added", "source shop removed", "1 route added", "1 route removed"])
        #expect(try Self.changes(to: Self.text.replacing("p?cid=", with: "q?cid=")) == ["destination main changed"])
        let more = Self.text + "\n  - { from: other, to: main, when: amount > 5 }\n  - { from: other, to: main }"
        #expect(try Self.changes(to: more) == ["2 routes added"])
        #expect(try Self.changes(more, to: Self.text) == ["2 routes removed"])
    }

    @Test func `several names of a kind come in order in one part`() throws {
        let changed = Self.text.replacing("api_key: \"${KEY}\"", with: "api_key: new").replacing(
            "secret: s234567890123456", with: "secret: t")
        #expect(try Self.changes(to: changed) == ["sources other, shop changed"])
    }

    @Test func `another value of a variable changes what it is in`() throws {
        #expect(try Self.fingerprint(Self.text).changes(to: Self.fingerprint(Self.text, key: "l")) == ["source shop changed"])
    }

    @Test func `another text of a tracker's mapping changes the sources that use it`() throws {
        let text = "mappings: trackers\n" + Self.text
        let before = try Self.fingerprint(text, files: ["trackers/acme.yaml": ConfigurationFixture.acme])
        let after = try Self.fingerprint(text, files: ["trackers/acme.yaml": ConfigurationFixture.acme + "\n# other"])
        #expect(before.changes(to: after) == ["source shop changed"])
        #expect(before.changesAtStart(to: after) == [])
    }

    @Test func `another list of clicks changes the source that names it`() throws {
        let text = Self.text.replacing(
            "settings: { brand: b } }", with: "settings: { brand: b }, review: [unknown_click: { clicks: clicks.txt }] }")
        let before = try Self.fingerprint(text, files: ["clicks.txt": "c-1\n"])
        #expect(try before.changes(to: Self.fingerprint(text, files: ["clicks.txt": "c-1\nc-2\n"])) == ["source other changed"])
        #expect(try before.changes(to: Self.fingerprint(text, files: ["clicks.txt": "c-1\n\n"])) == [])
    }

    @Test func `keys count at once or from the next start`() throws {
        let changed = Self.text.replacing("10.0.0.1", with: "10.0.0.2").replacing("1MB", with: "2MB").replacing("5s", with: "6s")
        let (before, after) = (try Self.fingerprint(Self.text), try Self.fingerprint("listen: 127.0.0.1:1\nreload: off\n" + changed))
        #expect(before.changes(to: after) == ["limits.body, reload, trusted_proxies changed"])
        #expect(before.changesAtStart(to: after) == ["limits.drain", "listen"])
        // A key that is taken away is a change, too.
        #expect(after.changesAtStart(to: before) == ["limits.drain", "listen"])
    }
}
