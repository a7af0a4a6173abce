import Foundation
import Mappings
import Testing

@testable import Gateway

struct ConfigurationTests {
    /// The sample of the documentation.
    private static let sample = """
        listen: 127.0.0.1:8080
        store: sqlite:gateway.db
        sources:
          shop-de:
            tracker: refcampaign
            credentials: { api_key: "${SHOP_DE_API_KEY}" }
            defaults: { currency: EUR }
            allow_ips: [203.0.113.0/24]
          casino:
            tracker: rs-traffic
            credentials: { secret: "${RS_SECRET}" }
            settings: { amount_unit: major, partner: partner_name }
        destinations:
          main:
            tracker: trcker
            url: https://app.trcker.io
            credentials: { postback_secret: "${TRCKER_SECRET}" }
            settings: { brand: your-brand, offer: offer-slug }
          voluum:
            postback_url: "https://t.example/postback?cid={click_id}&payout={payout}&txid={order_id}"
        routes:
          - from: shop-de                # a name, a list, or "*"
            to: [main, voluum]
            when: type == "sale" and amount > 0
            set: { click_id: session_id }   # canonical field := expression
        """

    private static let environment = ["SHOP_DE_API_KEY": "k-1234567890abcd", "RS_SECRET": "s-1234567890abcd", "TRCKER_SECRET": "t-1"]

    @Test func `the documented sample loads with the mappings that the binary carries`() throws {
        let fixture = ConfigurationFixture(Self.sample, environment: Self.environment)
        let (loaded, diagnostics) = fixture.load(catalog: .builtIn)
        #expect(
            diagnostics == [
                "gateway.yaml:9:3: warning: no route takes from source 'casino', so its conversions are stored and sent to no destination",
                "gateway.yaml:9:3: warning: source 'casino' takes signed requests of any age; set 'timestamp_tolerance', such as 15m, so that a "
                    + "recorded one is of no use later, or 'off' if its requests have no time",
            ])
        let configuration = try #require(loaded)
        #expect(configuration.listen == ListenAddress(host: "127.0.0.1", port: 8080))
        #expect(configuration.store == .sqlite(path: "gateway.db"))
        #expect(configuration.sources.map(\.name) == ["shop-de", "casino"])
        let shop = try #require(configuration.source("shop-de"))
        #expect(shop.credentials == ["api_key": "k-1234567890abcd"])
        #expect(shop.allowIPs.map(\.description) == ["203.0.113.0/24"])
        #expect(shop.defaults.map(\.path) == [.field(.currency)])
        #expect(shop.defaults.map(\.value) == [.text("EUR")])
        #expect(configuration.source("casino")?.settings == ["amount_unit": .text("major"), "partner": .text("partner_name")])
        #expect(configuration.destinations.map(\.name) == ["main", "voluum"])
        #expect(configuration.routes.count == 1)
        #expect(configuration.routes[0].sources == ["shop-de"])
        #expect(configuration.routes[0].destinations == ["main", "voluum"])
        #expect(configuration.routes[0].assignments.map(\.path) == [.field(.clickID)])
        #expect(configuration.limits == ServiceLimits())
    }

    @Test func `a file that does not exist is one sentence`() {
        #expect(
            ConfigurationFixture().load("conf/gw.yaml").diagnostics == [
                "conf/gw.yaml:1:1: error: no such file; write one or name another with --config FILE"
            ])
    }

    @Test func `the files of the machine are read, and all mistakes are thrown at once`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder.appending(path: "trackers"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "gateway.yaml").path
        try ConfigurationFixture.acme.write(toFile: folder.path + "/trackers/acme-test.yaml", atomically: true, encoding: .utf8)
        let text = "mappings: trackers\nsources: { shop: { tracker: acme-test, credentials: { api_key: k234567890123456 } } }\n"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try Configuration.load(path: path).sources.map(\.mapping.tracker) == ["Acme"])

        try "listen: 80\nstore: oracle:x\n".write(toFile: path, atomically: true, encoding: .utf8)
        let error = #expect(throws: DiagnosticsError.self) { try Configuration.load(path: path) }
        #expect(
            error?.description == """
                \(path):1:1: warning: there are no sources, so nobody can send a conversion
                \(path):1:9: error: 'listen' must be HOST:PORT, found '80'; write 127.0.0.1:80
                \(path):2:8: error: unknown store 'oracle'; known: postgres, sqlite
                """)

        try Data([0x61, 0xFF]).write(to: URL(filePath: path))
        let unreadable = #expect(throws: DiagnosticsError.self) { try Configuration.load(path: path) }
        #expect(unreadable?.description == "\(path):1:1: error: this file cannot be read: it is not UTF-8 text")
        let isFolder = #expect(throws: DiagnosticsError.self) { try Configuration.load(path: folder.path) }
        #expect(isFolder?.description == "\(folder.path):1:1: error: this file cannot be read: it is a folder")
    }

    @Test func `an empty file listens at the usual place and warns that nobody can send`() throws {
        let (configuration, diagnostics) = ConfigurationFixture("").load()
        #expect(diagnostics == ["gateway.yaml:1:1: warning: there are no sources, so nobody can send a conversion"])
        #expect(configuration?.listen == ListenAddress(host: "127.0.0.1", port: 8080))
        #expect(configuration?.store == .sqlite(path: "gateway.db"))
        #expect(configuration?.warnings.map(\.message) == ["there are no sources, so nobody can send a conversion"])
    }

    @Test func `everything that is wrong is shown at once, in the order of the file`() {
        let text = """
            listen: 127.0.0.1:99999
            store: sqlight:gateway.db
            storage: x
            trusted_proxies: [10.0.0.0/8, 10.0.0.1/8]
            limits: { body: 5, refused: { count: many, strangers: 1 }, drain: soon }
            sources:
              api:
                tracker: acme
                credentials: { api_key: "${NOT_SET}", api_kee: x }
              shop one:
                tracker: acmee
              shop:
                tracker: acme
                credentials: { api_key: "" }
                settings: { shared_ids: NO, program: 7, brnd: x }
                defaults: { curency: EUR, amount: "12,50", type: sael, source: x }
                allow_ips: [203.0.113.7/24, nowhere]
                duplicates: { key: [ordr_id, id], within: 1y }
                exponents: { USDT: 31, U: 6 }
                secret: oops
              page:
                tracker: brandy
            destinations:
              one:
                tracker: acme
                url: t.example
              two:
                tracker: brandy
                url: https://t.example/?token=hidden
                credentials: { secret: null }
                concurrency: 0
                timeout: 1h
                retries: [5s, 30]
              three: { tracker: acme, postback_url: "https://t.example/?c={click_id}" }
              four: { concurrency: 5 }
              five:
                postback_url: "ftp://t.example/?c={clik_id}"
                credentials: {}
            routes:
              - from: [shop, shpo]
                to: [one, onee]
                when: tipe == "sale"
                set: { coupon_code: SAVE, amount: order_id, type: "'sael'", sorce: "1", id: "'x'" }
              - to: []
              - { from: "*", to: two, then: three }
              - { from: shop, to: two }
            """
        let findings = ConfigurationFixture(text).findings
        #expect(findings == Self.everything)
    }

    private static let everything = [
        "1:9: error: the port of 'listen' must be a whole number from 0 to 65535, found '99999'",
        "2:8: error: unknown store 'sqlight'; known: postgres, sqlite",
        "3:1: error: unknown key 'storage' in the configuration; known: console, destinations, limits, listen, mappings, metrics_token, reload, "
            + "request_id_header, retention, routes, sources, store, tls, trusted_proxies",
        "4:31: error: '10.0.0.1/8' is an address inside a network; write 10.0.0.0/8 for the network or 10.0.0.1 for the address",
        "5:17: error: 'body' must be a size such as 500KB, 1MB or 64MiB, found '5'",
        "5:38: error: 'count' must be a whole number from 0 to 1000000000, found 'many'",
        "5:44: error: unknown key 'strangers' in 'refused' of 'limits'; known: bytes, count, stranger_bytes, stranger_count",
        "5:67: error: 'drain' must be a duration such as 5s, 30m, 24h or 30d, found 'soon'",
        "7:3: error: a source cannot be named 'api': tracker 'acme' has the path /api/v1/conversions; choose another name",
        "9:30: error: environment variable 'NOT_SET' is not set; set it or write ${NOT_SET:-default}",
        "9:43: error: unknown credential 'api_kee' of tracker 'acme'; did you mean 'api_key'?",
        "10:3: error: the name of a source has letters, digits, '-', '_' and '.' only and begins with a letter or digit, found 'shop one'",
        "11:14: error: unknown tracker 'acmee'; did you mean 'acme'?",
        "14:29: error: credential 'api_key' of source 'shop' is empty; anyone could send in its name",
        "15:29: error: setting 'shared_ids' must be true or false, found 'NO'",
        "15:33: error: setting 'program' of tracker 'acme' is for a destination, not for a source",
        "15:45: error: unknown setting 'brnd' of tracker 'acme'; known: shared_ids",
        "16:17: error: unknown canonical field 'curency'; did you mean 'currency'?",
        "16:39: error: amount '12,50' has a decimal comma; write 12.50",
        "16:54: error: unknown word 'sael'; did you mean 'sale'?",
        "16:60: error: 'source' is given by the gateway and cannot be set",
        "17:17: error: '203.0.113.7/24' is an address inside a network; write 203.0.113.0/24 for the network or 203.0.113.7 for "
            + "the address",
        "17:33: error: 'nowhere' is no address or network; write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32",
        "18:25: error: unknown field 'ordr_id'; did you mean 'order_id'?",
        "18:34: error: 'id' differs in every conversion, so nothing would ever be a duplicate",
        "18:47: error: 'within' must be a duration such as 5s, 30m, 24h or 30d, found '1y'",
        "19:24: error: the exponent of USDT must be a whole number from 0 to 30, found '31'",
        "19:28: error: 'U' is no currency code; write three to five letters or digits such as USDT",
        "20:5: error: unknown key 'secret' in source 'shop'; known: allow_ips, credentials, defaults, duplicates, exponents, "
            + "rate, repeats, replay_window, review, rounding, settings, shares_orders_with, timestamp_tolerance, tracker",
        "21:3: error: source 'page' needs credential 'secret'; 'secret: null' switches the check off, so that anyone may send in its name",
        "21:3: error: source 'page' needs setting 'brand'",
        "24:3: error: destination 'one' needs credential 'api_key'",
        "24:3: error: destination 'one' needs setting 'program'",
        "26:10: error: 'url' begins with https:// or http://, such as https://app.example.com",
        "27:3: error: destination 'two' needs setting 'brand', a part of its path /postback/{brand}/{offer}",
        "27:3: error: destination 'two' needs setting 'offer', a part of its path /postback/{brand}/{offer}",
        "29:10: error: 'url' ends with the path, and the mapping writes the query; take away what follows '?' or '#'",
        "31:18: error: 'concurrency' must be a whole number from 1 to 512, found '0'",
        "32:14: error: 'timeout' must be a duration from 100ms to 10m, found '1h'",
        "33:19: error: 'retries' must be a duration such as 5s, 30m, 24h or 30d, found '30'",
        "34:41: error: destination 'three' has both 'tracker' and 'postback_url'; keep one",
        "35:3: error: destination 'four' needs 'tracker' and 'url', or 'postback_url'",
        "37:19: error: a postback_url begins with https:// or http://, found 'ftp://t.example/?c={clik_id}'",
        "38:5: error: 'credentials' goes with 'tracker', but destination 'five' has a postback_url; write them into the postback_url",
        "40:18: error: unknown source 'shpo'; did you mean 'shop'?",
        "41:15: error: unknown destination 'onee'; did you mean 'one'?",
        "42:11: error: unknown name 'tipe'; did you mean 'type'?",
        "43:25: error: unknown name 'SAVE'; to set a text write \"'SAVE'\"",
        "43:39: error: this expression must be a number, but this is a text",
        "43:56: error: unknown word 'sael'; did you mean 'sale'?",
        "43:65: error: unknown canonical field 'sorce'",
        "43:77: error: 'id' is given by the gateway and cannot be set",
        "44:5: error: route 2 needs 'from'",
        "44:9: error: 'to' of route 2 is empty; name a destination",
        "45:27: error: unknown key 'then' in route 3; did you mean 'when'?",
        "46:5: error: route 4 can never act: route 3 takes the same sources to the same destinations before it",
    ]
}
