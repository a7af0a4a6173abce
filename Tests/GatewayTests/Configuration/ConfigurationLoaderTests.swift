import Mappings
import Rules
import Testing

@testable import Gateway

/// The keys at the top of a file: the address, the store, the folder of mappings, limits.
struct ConfigurationLoaderTests {
    @Test func `the shop that other tests start from has no mistakes`() {
        #expect(ConfigurationFixture.catalog.diagnostics.sorted.map(\.description) == [])
        #expect(ConfigurationFixture.shop().findings == [])
    }

    @Test func `relative paths start at the file's folder`() throws {
        let fixture = ConfigurationFixture(files: [
            "conf/here/gw.yaml":
                "store: sqlite:data/g.db\nmappings: own\nsources: { shop: { tracker: extra, credentials: { api_key: k234567890123456 } } }",
            "conf/here/own/extra.yaml": ConfigurationFixture.acme, "conf/here/own/README.md": "not: [a mapping",
        ])
        let (configuration, diagnostics) = fixture.load("conf/here/gw.yaml")
        #expect(diagnostics == [])
        #expect(configuration?.store == .sqlite(path: "conf/here/data/g.db"))
        #expect(configuration?.catalog.names == ["acme", "brandy", "extra"])
    }

    @Test(arguments: [
        ("/var/lib/g.db", "sqlite:/var/lib/g.db"), ("///var/lib/g.db", "sqlite:///var/lib/g.db"), ("gateway.db", "sqlite:gateway.db"),
    ])
    func `a store is a file`(path: String, text: String) throws {
        #expect(try StoreLocation(parsing: text, folder: "") == .sqlite(path: path))
    }

    @Test(arguments: [
        ("gateway.db", "'store' must be sqlite:PATH or postgres://…, found 'gateway.db'; write sqlite:gateway.db"),
        ("sqlite:", "'store' needs a path, such as sqlite:gateway.db"),
        ("sqlite://gateway.db", "'store' is sqlite:PATH without slashes in front of the path; write sqlite:gateway.db"),
        (
            "sqlite::memory:",
            "a store in memory would lose conversions that were answered with 'ok'; write a path, such as sqlite:gateway.db"
        ),
        ("sqlit:gateway.db", "unknown store 'sqlit'; did you mean 'sqlite'?"),
        ("mysql://gateway:hunter2@db/gateway", "unknown store 'mysql'; known: postgres, sqlite"),
    ])
    func `a store that is none is refused without what may be its password`(text: String, message: String) {
        #expect(throws: StoreLocation.Failure(message: message)) { try StoreLocation(parsing: text, folder: "") }
    }

    @Test func `a mapping of the folder replaces one of the same name`() throws {
        let mapping = ConfigurationFixture.acme.replacing("tracker: Acme", with: "tracker: Acme Two")
        let fixture = ConfigurationFixture(
            "mappings: ./own/\nsources: { shop: { tracker: acme, credentials: { api_key: k234567890123456 } } }",
            files: ["./own/acme.yaml": mapping])
        let (configuration, diagnostics) = fixture.load()
        #expect(diagnostics == [])
        #expect(configuration?.sources.first?.mapping.tracker == "Acme Two")
    }

    @Test func `mistakes in the folder's mappings are shown with the file's own, and naming a broken one is no second mistake`() {
        let fixture = ConfigurationFixture(
            "mappings: own\nlisten: 80\nsources: { shop: { tracker: broken } }", files: ["own/broken.yaml": "tracker: Broken\nrequest: 5\n"]
        )
        #expect(
            fixture.load().diagnostics == [
                "gateway.yaml:2:9: error: 'listen' must be HOST:PORT, found '80'; write 127.0.0.1:80",
                "own/broken.yaml:1:1: error: replies needs 'accepted': what the tracker answers to a new conversion",
                "own/broken.yaml:1:1: error: replies needs 'duplicate': what the tracker answers when it has it already",
                "own/broken.yaml:2:10: error: request must be a map, found a text",
            ])
    }

    @Test func `a folder that is not there is an error, an empty one a warning`() {
        #expect(
            ConfigurationFixture.shop(top: "mappings: own").findings == [
                "11:11: error: there is no folder 'own'; a relative one starts at the configuration file's folder"
            ])
        var fixture = ConfigurationFixture.shop(top: "mappings: own")
        fixture.files["own/notes.txt"] = ""
        #expect(fixture.findings == ["11:11: warning: folder 'own' holds no *.yaml file"])
    }

    @Test(arguments: [
        ("{}", 268_435_456, 256), ("{ body: 1GiB }", 4_294_967_296, 256), ("{ bodies: 2MiB, connections_per_address: 9 }", 2_097_152, 9),
    ])
    func `the memory for bodies has room for four of the largest unless the file says otherwise`(
        limits: String, bodies: Int, connections: Int
    ) throws {
        let (configuration, diagnostics) = ConfigurationFixture.shop(top: "limits: \(limits)").load()
        #expect(diagnostics == [])
        #expect(configuration?.limits.bodies == bodies)
        #expect(configuration?.limits.connectionsPerAddress == connections)
    }

    @Test func `the header that names a request needs trusted proxies`() throws {
        func load(_ top: String) -> (configuration: Configuration?, findings: [String]) {
            let fixture = ConfigurationFixture.shop(top: top)
            return (fixture.load().configuration, fixture.findings)
        }
        let good = load("trusted_proxies: 127.0.0.1\nrequest_id_header: X-Request-ID")
        #expect(good.findings == [])
        #expect(good.configuration?.requestIDHeader == "X-Request-ID")
        #expect(
            load("request_id_header: X-Request-ID").findings == [
                "11:20: error: 'request_id_header' needs 'trusted_proxies': the header counts only if one of them sent it, since anybody else "
                    + "could name a request like another"
            ])
        #expect(
            load("trusted_proxies: 127.0.0.1\nrequest_id_header: X Request").findings == [
                "12:20: error: 'request_id_header' must be the name of a header such as X-Request-ID, found 'X Request'"
            ])
        #expect(
            load("trusted_proxies: 127.0.0.1\nrequest_id_header: idempotency-key").findings == [
                "12:20: error: 'request_id_header' cannot be Idempotency-Key, which senders use for something else; X-Request-ID would do"
            ])
    }

    @Test func `limits are read with their units`() throws {
        let top = """
            limits:
              { body: 512KiB, refused: { count: 5, bytes: 1MB, stranger_count: 2, stranger_bytes: 10KB }, waiting: 7, drain: 30s, wrong_keys: 100/m }
            trusted_proxies: [10.0.0.0/8, "::1"]
            """
        let (configuration, diagnostics) = ConfigurationFixture.shop(top: top).load()
        #expect(diagnostics == [])
        var limits = ServiceLimits(body: 524_288, drain: .seconds(30))
        limits.refused = RefusedLimits(count: 5, bytes: 1_000_000, strangerCount: 2, strangerBytes: 10_000)
        limits.waiting.perSource = 7
        limits.wrongKeys = Rate(permits: 100, interval: .seconds(60))
        #expect(configuration?.limits == limits)
        #expect(ServiceLimits().wrongKeys == Rate(permits: 20, interval: .seconds(60)))
        let off = try #require(ConfigurationFixture.shop(top: "limits: { wrong_keys: off }").load().configuration)
        #expect(off.limits.wrongKeys == nil)
        #expect(configuration?.trustedProxies.map(\.description) == ["10.0.0.0/8", "::1"])
    }

    @Test(arguments: [
        ("limits: { body: 0B }", "11:17: error: 'body' must be a size from 1B to 1GiB, found '0B'"),
        ("limits: { body: 1048576 }", "11:17: error: 'body' must be a size such as 500KB, 1MB or 64MiB, found '1048576'"),
        ("limits: { body: [1MB] }", "11:17: error: 'body' must be a size such as 500KB, 1MB or 64MiB, found a list"),
        (
            "limits: { body: 2MB, bodies: 1MB }",
            "11:30: error: 'bodies' must be at least 'body', or one request would have no room; found '1MB'"
        ),
        (
            "limits: { connections_per_address: 0 }",
            "11:36: error: 'connections_per_address' must be a whole number from 1 to 1000000, found '0'"
        ),
        ("limits: { wrong_keys: 20 }", "11:23: error: 'wrong_keys' must be a rate such as 8/s, 100/m or 5000/h, found '20'"),
        ("limits: { drain: 2h }", "11:18: error: 'drain' must be a duration from 0s to 1h, found '2h'"),
        ("limits: { waiting: 0 }", "11:20: error: 'waiting' must be a whole number from 1 to 100000, found '0'"),
        ("limits: { boddy: 1MB }", "11:11: error: unknown key 'boddy' in 'limits'; did you mean 'body'?"),
        ("limits: 5", "11:9: error: 'limits' must be a map, found a text"),
        ("sauces: {}", "11:1: error: unknown key 'sauces' in the configuration; did you mean 'sources'?"),
        ("listen: [a]", "11:9: error: 'listen' must be a text, found a list"),
    ])
    func `limits and keys that are wrong are refused`(top: String, finding: String) {
        #expect(ConfigurationFixture.shop(top: top).findings == [finding])
    }

    @Test(arguments: [
        ("- a", "1:1: error: the configuration must be a map, found a list"),
        ("listen: [::1]:80", "1:10: error: this is not YAML: did not find expected node content"),
        ("listen: a:1\nlisten: b:1", "1:1: error: key 'listen' is twice in this map"),
        ("a: b: c", "1:5: error: this is not YAML: mapping values are not allowed in this context"),
    ])
    func `what is no map is one sentence`(text: String, finding: String) {
        #expect(ConfigurationFixture(text).findings.filter { !$0.contains("warning") } == [finding])
    }
}
