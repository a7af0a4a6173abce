import Mappings
import Rules
import Testing

@testable import Gateway

struct DestinationConfigurationTests {
    /// One line leads to the destination's own, which is its name.
    private static func load(_ destination: String) -> (destination: DestinationConfiguration?, findings: [String]) {
        let lines = destination.split(separator: "\n").map { "    \($0)\n" }.joined()
        let text =
            "destinations:\n  main:\n\(lines)sources: { s: { tracker: acme, credentials: { api_key: k234567890123456 } } }\nroutes: [{ from: s, to: main }]"
        let (configuration, diagnostics) = ConfigurationFixture(text).load()
        return (configuration?.destinations.first, diagnostics.map { String($0.dropFirst(13)) })
    }

    private static let brandy = "tracker: brandy\nurl: https://t.example\nsettings: { brand: b, offer: o }\n"
    private static let postback = "postback_url: https://t.example/p?c={click_id}\n"

    @Test func `a tracker with a mapping is written to below its url`() throws {
        let (destination, findings) = Self.load(
            Self.brandy + "credentials: { secret: hunter2 }\nconcurrency: 4\ntimeout: 500ms\nretries: [5s, 30s, 2m]\nretry_after_max: 90m")
        #expect(findings == [])
        let main = try #require(destination)
        #expect(main.concurrency == 4)
        #expect(main.timeout == .milliseconds(500))
        #expect(main.retries == [.seconds(5), .seconds(30), .seconds(120)])
        #expect(main.retryAfterMax == .seconds(5400))
        guard case .tracker(let writer) = main.target else {
            Issue.record("not a tracker")
            return
        }
        #expect(writer.mapping.name == "brandy")
        let id = ConversionID(high: 0, low: 1)
        let request = try writer.write(
            Conversion(id: id, source: "s", tracker: "acme", receivedAt: Timestamp(seconds: 0)), at: Timestamp(seconds: 0))
        #expect(request.url == "https://t.example/postback/b/o")
        #expect(request.headers.first { $0.name == "X-Secret" }?.value == "hunter2")
    }

    @Test func `a key that is missing has its usual value`() throws {
        let main = try #require(Self.load(Self.postback).destination)
        #expect(main.concurrency == 32)
        #expect(main.timeout == .seconds(15))
        #expect(main.retries == nil)
        #expect(main.retryAfterMax == .seconds(3600))
        #expect(main.allowNetworks == [])
        #expect(main.exponents == .iso)
        #expect(Self.load(Self.postback + "retries: []").destination?.retries == [])
    }

    @Test func `networks outside the public internet are allowed one by one`() throws {
        let (destination, findings) = Self.load(Self.postback + "allow_networks: [127.0.0.0/8, '::1', 10.1.2.3, 8.8.8.0/24]")
        let main = try #require(destination)
        #expect(main.allowNetworks.map(\.description) == ["127.0.0.0/8", "::1", "10.1.2.3", "8.8.8.0/24"])
        // A key that loosens the rule gives a warning.
        #expect(
            findings == [
                "4:22: warning: destination 'main' may be in 127.0.0.0/8, which is loopback",
                "4:35: warning: destination 'main' may be in ::1, which is loopback",
                "4:42: warning: destination 'main' may be in 10.1.2.3, which is private",
                "4:52: warning: 8.8.8.0/24 in 'allow_networks' of destination 'main' is public, which is allowed anyway; leave it out",
            ])
        let all = Self.load(Self.postback + "allow_networks: 169.254.0.0/16").findings
        #expect(
            all == [
                "4:21: warning: destination 'main' may be in 169.254.0.0/16, which is link-local, link-local (a cloud's metadata service)"
            ])
        let one = try #require(Self.load(Self.postback + "allow_networks: 192.168.0.0/16").destination)
        #expect(one.allowNetworks.map(\.description) == ["192.168.0.0/16"])
    }

    @Test func `refunds may have an address of their own, shown without what variables hold`() throws {
        let text = """
            destinations:
              main:
                postback_url: https://t.example/p?c={click_id}
                partial_refund_url: https://t.example/p?c={click_id}&payout=-{refund}&t=${TOKEN}
                refund_url: https://t.example/p?c={click_id}&gone={refunded}&key=${KEY}
            sources: { s: { tracker: acme, credentials: { api_key: k234567890123456 } } }
            routes: [{ from: s, to: main }]
            """
        let (configuration, diagnostics) = ConfigurationFixture(text, environment: ["TOKEN": "hush-hush", "KEY": "hush-key"]).load()
        #expect(diagnostics.count == 0)
        let main = try #require(configuration?.destinations.first)
        var conversion = Conversion(
            id: ConversionID(high: 0, low: 1), source: "s", tracker: "acme", receivedAt: Timestamp(seconds: 0))
        conversion[.clickID] = .text("c-1")
        #expect(try main.write(conversion, at: conversion.receivedAt).url == "https://t.example/p?c=c-1")
        conversion[.update] = .text("refund")
        conversion[.refund] = .number(ExactDecimal(5))
        let request = try main.write(conversion, at: conversion.receivedAt)
        #expect(request.url == "https://t.example/p?c=c-1&payout=-5&t=hush-hush")
        #expect(request.maskedURL == "https://t.example/p?c=c-1&payout=-5&t=***")
        #expect(Set(main.secrets) == ["hush-hush", "hush-key"])
        conversion[.status] = .text("refunded")
        conversion[.refunded] = .number(ExactDecimal(9))
        let whole = try main.write(conversion, at: conversion.receivedAt)
        #expect(whole.url == "https://t.example/p?c=c-1&gone=9&key=hush-key")
        #expect(whole.maskedURL == "https://t.example/p?c=c-1&gone=9&key=***")
    }

    @Test(
        arguments: [
            ("http://127.0.0.1:81", "127.0.0.1 is loopback; add 127.0.0.0/8"), ("http://10.0.0.1", "10.0.0.1 is private; add 10.0.0.0/8"),
            ("http://0x7f000001", "host '0x7f000001' has the address 127.0.0.1, which is loopback; add 127.0.0.0/8"),
            ("http://localhost", "host 'localhost' has the address 127.0.0.1, which is loopback; add 127.0.0.0/8"),
            ("http://169.254.169.254", "169.254.169.254 is link-local (a cloud's metadata service); add 169.254.169.254"),
            ("http://[::1]", "::1 is loopback; add ::1"), ("http://93.184.216.34", nil), ("https://tracker.example", nil),
        ] as [(String, String?)])
    func `an address that will be refused is warned of`(url: String, reason: String?) {
        let findings = Self.load("postback_url: \"\(url)/p?c={click_id}\"").findings
        let warning = reason.map {
            "3:19: warning: destination 'main' will not be reached: \($0) to 'allow_networks' of the destination if that is meant"
        }
        #expect(findings == [warning].compactMap(\.self))
    }

    @Test func `an authority's file is read whole, and its mistakes are reported`() {
        func load(_ url: String, _ file: String) -> [String] {
            var fixture = ConfigurationFixture(
                "sources: { s: { tracker: acme, credentials: { api_key: k234567890123456 } } }\nroutes: [{ from: s, to: main }]\ndestinations:\n  main:\n"
                    + "    postback_url: \(url)/p?c={click_id}\n    ca_file: \(file)\n")
            fixture.files["bad.pem"] = "-----BEGIN NOTHING-----"
            return fixture.findings
        }
        #expect(
            load("https://t.example", "none.pem") == [
                "6:14: error: there is no file 'none.pem'; a relative one starts at the configuration file's folder"
            ])
        #expect(
            load("https://t.example", "bad.pem") == [
                "6:14: error: file 'bad.pem' holds no certificates; it must hold blocks that begin with -----BEGIN CERTIFICATE-----"
            ])
        #expect(
            load("http://t.example", "bad.pem")
                .contains("6:14: warning: 'ca_file' of destination 'main' has no effect, since its address begins with http://"))
    }

    @Test func `a destination is governed by rate, breaker, dry run and age`() throws {
        let text = Self.postback + "rate: 8/s\nbreaker: { failures: 3, pause: 1s, longest: 1m }\ndry_run: true\nmax_age: 3d"
        let (destination, findings) = Self.load(text)
        #expect(findings == ["2:3: warning: destination 'main' is a dry run: requests are recorded, and nothing is sent to it"])
        let main = try #require(destination)
        #expect(main.rate == Rate(permits: 8, interval: .seconds(1)))
        #expect(main.breaker == Breaker.Settings(failures: 3, pause: .seconds(1), longest: .seconds(60)))
        #expect(main.isDryRun)
        #expect(main.maxAge == .seconds(3 * 86_400))
        #expect(Self.load(Self.postback + "breaker: off").destination?.breaker == nil)
        let patient = Breaker.Settings(failures: 10, pause: .seconds(30), longest: .seconds(30))
        #expect(Self.load(Self.postback + "breaker: { pause: 30s }").destination?.breaker == patient)
        let usual = try #require(Self.load(Self.postback).destination)
        #expect(usual.breaker == Breaker.Settings() && usual.rate == nil && !usual.isDryRun && usual.maxAge == nil)
    }

    @Test func `answers say what a postback url's tracker means`() throws {
        let text =
            Self.postback
                + """
                answers:
                  delivered: { status: [200, 3xx], text: [OK, ""], header: { X-Result: "1" } }
                  rejected:
                    - json: { data.status: [error, closed], code: 7 }
                    - { text: unknown click }
                  retry: { status: 5xx }
                """
        let (destination, findings) = Self.load(text)
        #expect(findings == [])
        let answers = try #require(destination).answers
        #expect(
            answers.patterns == [
                AnswerPattern(.retry, statuses: [500...599]),
                AnswerPattern(
                    .rejected,
                    members: [.init(path: ["data", "status"], values: ["error", "closed"]), .init(path: ["code"], values: ["7"])]),
                AnswerPattern(.rejected, texts: ["unknown click"]),
                AnswerPattern(
                    .delivered, statuses: [200...200, 300...399], texts: ["OK", ""], headers: [.init(name: "x-result", values: ["1"])]),
            ])
        #expect(answers.isDocumented && answers.headerNames == ["x-result"])
        let usual = try #require(Self.load(Self.postback).destination).answers
        #expect(usual.patterns.isEmpty && !usual.isDocumented)
        #expect(try #require(Self.load(Self.brandy).destination).answers.isDocumented)
    }

    @Test func `a credential that may be null may be missing or null here`() {
        #expect(Self.load(Self.brandy).findings == [])
        #expect(Self.load(Self.brandy + "credentials: { secret: null }").findings == [])
    }

    @Test(arguments: [
        ("concurrency: 3", "2:3: error: destination 'main' needs 'tracker' and 'url', or 'postback_url'"),
        ("credentials: {}\nurl: https://t.example", "2:3: error: destination 'main' needs 'tracker' and 'url', or 'postback_url'"),
        (postback + "tracker: acme", "3:19: error: destination 'main' has both 'tracker' and 'postback_url'; keep one"),
        ("tracker: brandy\nsettings: { brand: b, offer: o }", "3:5: error: destination 'main' needs 'url'"),
        (
            brandy + "refund_url: https://t.example/p?c={click_id}",
            "6:17: error: 'refund_url' goes with 'postback_url'; a tracker's mapping says how refunds are sent"
        ),
        (
            brandy + "partial_refund_url: https://t.example/p?c={click_id}",
            "6:25: error: 'partial_refund_url' goes with 'postback_url'; a tracker's mapping says how refunds are sent"
        ),
        (
            brandy + "rounding: half_upp",
            "6:15: error: 'rounding' must be one of refuse, half_up, half_even, down, up, found 'half_upp'; did you mean 'half_up'?"
        ),
        (
            postback + "refund_url: https://t.example/p?c={clik_id}",
            "4:17: error: unknown macro '{clik_id}' in a refund_url; did you mean '{click_id}'?"
        ),
        ("tracker: brandi\nurl: https://t.example", "3:14: error: unknown tracker 'brandi'; did you mean 'brandy'?"),
        (
            "tracker: brandy\nurl: https://t.example",
            "2:3: error: destination 'main' needs setting 'brand', a part of its path /postback/{brand}/{offer}"
                + "|2:3: error: destination 'main' needs setting 'offer', a part of its path /postback/{brand}/{offer}"
        ),
        (
            "tracker: brandy\nurl: https://t.example\nsettings: { brand: b }",
            "5:15: error: destination 'main' needs setting 'offer', a part of its path /postback/{brand}/{offer}"
        ),
        (
            "tracker: acme\nurl: https://t.example\ncredentials: { api_key: k234567890123456 }\nsettings: { shared_ids: true }",
            "6:15: error: destination 'main' needs setting 'program'"
                + "|6:17: error: setting 'shared_ids' of tracker 'acme' is for a source, not for a destination"
        ),
        (
            "tracker: acme\nurl: https://t.example\nsettings: { program: p }\ncredentials: { api_key: '' }",
            "6:29: error: credential 'api_key' of destination 'main' is empty; the tracker could not know who sends"
        ),
        ("tracker: acme\nurl: https://t.example\nsettings: { program: p }", "2:3: error: destination 'main' needs credential 'api_key'"),
        (postback + "url: https://t.example", "4:5: error: 'url' goes with 'tracker', but destination 'main' has a postback_url; keep one"),
        (
            postback + "credentials: { secret: hunter2 }",
            "4:5: error: 'credentials' goes with 'tracker', but destination 'main' has a postback_url; write them into the postback_url"
        ),
        (
            "postback_url: https://t.example/p?c={clik_id}",
            "3:19: error: unknown macro '{clik_id}' in a postback_url; did you mean '{click_id}'?|"
        ),
        (
            "postback_url: https://t.example:0/p?c={click_id}",
            "3:19: error: the port of 'postback_url' must be a whole number from 1 to 65535, found '0'"
        ),
        ("postback_url: https://me:hunter2@t.example/p?c={click_id}", "3:19: error: 'postback_url' must not hold a user or password"),
        ("postback_url: https://t.example/p? c={click_id}", "3:19: error: 'postback_url' must not hold ' '; percent-encode it"),
        (postback + "concurrency: 0", "4:18: error: 'concurrency' must be a whole number from 1 to 512, found '0'"),
        (postback + "concurrency: 513", "4:18: error: 'concurrency' must be a whole number from 1 to 512, found '513'"),
        (postback + "timeout: 99ms", "4:14: error: 'timeout' must be a duration from 100ms to 10m, found '99ms'"),
        (postback + "timeout: 11m", "4:14: error: 'timeout' must be a duration from 100ms to 10m, found '11m'"),
        (postback + "timeout: 15", "4:14: error: 'timeout' must be a duration such as 5s, 30m, 24h or 30d, found '15'"),
        (postback + "retries: 5s", "4:14: error: 'retries' must be a list of waits such as [5s, 30s, 2m], found a text"),
        (postback + "retry_after_max: 8d", "4:22: error: 'retry_after_max' must be a duration from 0s to 7d, found '8d'"),
        (postback + "retries: [5s, 8d]", "4:19: error: 'retries' must be a duration from 0s to 7d, found '8d'"),
        (
            postback + "allow_networks: []",
            "4:21: error: 'allow_networks' is empty, which allows nothing; write networks or leave it out"
        ),
        (
            postback + "allow_networks: [localhost]",
            "4:22: error: 'localhost' is no address or network; write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32"
        ),
        (
            postback + "allow_networks: 127.0.0.1/8",
            "4:21: error: '127.0.0.1/8' is an address inside a network; write 127.0.0.0/8 for the network or 127.0.0.1 for the address"
        ),
        (postback + "rate: 8", "4:11: error: 'rate' must be a rate such as 8/s, 100/m or 5000/h, found '8'"),
        (postback + "rate: 0/s", "4:11: error: 'rate' must count from 1 to 1000000, found '0/s'"),
        (
            postback + "breaker: on",
            "4:14: error: 'breaker' must be off or a map such as { failures: 10, pause: 250ms, longest: 10s }, found 'on'"
        ),
        (postback + "breaker: { failures: 0 }", "4:26: error: 'failures' must be a whole number from 1 to 10000, found '0'"),
        (postback + "breaker: { pause: 1ms }", "4:23: error: 'pause' must be a duration from 10ms to 1d, found '1ms'"),
        (
            postback + "breaker: { pause: 20s, longest: 15s }",
            "4:37: error: 'longest' must not be shorter than 'pause', which is 20s; found '15s'"
        ),
        (postback + "breaker: { fails: 3 }", "4:16: error: unknown key 'fails' in 'breaker'; known: failures, longest, pause"),
        (
            postback + "answers: { deliverd: { text: OK } }",
            "4:16: error: unknown key 'deliverd' in 'answers'; did you mean 'delivered'?"
        ),
        (
            postback + "answers: { rejected: [{ txt: OK }] }",
            "4:29: error: unknown key 'txt' in an answer in 'rejected'; did you mean 'text'?"
        ),
        (
            postback + "answers: { delivered: OK }",
            "4:27: error: an answer in 'delivered' must be a map such as { status: 200, text: OK }, found 'OK'"
        ),
        (
            postback + "answers: { delivered: {} }",
            "4:27: error: an answer in 'delivered' needs at least one of status, text, json, header"
        ),
        (postback + "answers: {}", "4:14: error: 'answers' needs one of delivered, duplicate, rejected, retry"),
        (postback + "answers: OK", "4:14: error: 'answers' must be a map, found a text"),
        (
            postback + "answers: { delivered: { status: [200, 2x] } }",
            "4:43: error: 'status' must be a number from 200 to 599, a class such as 2xx, or a list of them, found '2x'"
        ),
        (
            postback + "answers: { delivered: { status: 100 } }",
            "4:37: error: 'status' must be a number from 200 to 599, a class such as 2xx, or a list of them, found '100'"
        ),
        (
            postback + "answers: { delivered: { json: status } }", "4:35: error: 'json' must be a map, found a text"
        ),
        (
            postback + "answers: { delivered: { text: OK }, rejected: { text: OK } }",
            "4:27: error: the same answer is 'rejected' at 4:51, which is asked first; drop one"
        ),
        (
            brandy + "answers: { delivered: { text: OK } }",
            "6:14: error: 'answers' goes with 'postback_url'; a tracker's mapping says what its answers mean"
        ),
        (postback + "dry_run: maybe", "4:14: error: 'dry_run' must be true or false, found 'maybe'"),
        (postback + "max_age: 0s", "4:14: error: 'max_age' must be a duration from 1s to 3650d, found '0s'"),
        (postback + "retrys: [5s]", "4:5: error: unknown key 'retrys' in destination 'main'; did you mean 'retries'?"),
    ])
    func `a destination that cannot work is refused`(destination: String, findings: String) {
        #expect(Self.load(destination).findings.filter { !$0.contains("no macro") } == findings.split(separator: "|").map(String.init))
    }
}
