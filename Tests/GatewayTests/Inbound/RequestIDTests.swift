import Mappings
import Rules
import Testing

@testable import Gateway

/// `request_id_header`: what a trusted proxy calls a request, the same at each of its tries.
struct RequestIDTests {
    private static let proxy = "192.0.2.1"
    private let path = "/api/postback/shop/offer-1"

    private func bench(_ more: [SourceConfiguration] = []) throws -> IntakeBench {
        let source = try SourceConfiguration.sample("one", "trcker", ["postback_secret": "hush-hush"])
        return IntakeBench(
            [source] + more, trustedProxies: [try IPNetwork(parsing: Self.proxy)], requestIDHeader: "X-Request-ID")
    }

    private func sale(_ name: String?, _ query: String = "click_id=c-1&amount=5", secret: String = "hush-hush") -> WireRequest {
        .get(path, "secret=\(secret)&\(query)", name.map { ["x-request-id": $0] } ?? [:])
    }

    @Test func `a second try is answered as the first was, and counts once`() async throws {
        let bench = try bench()
        let answer = Answer(200, #"{"data":{"status":"ok","conversionId":"\#(bench.id(1))"}}"#)
        for _ in 0..<3 { #expect(await bench.send(sale("r-1"), from: Self.proxy) == answer) }
        #expect(bench.store.submissions.count == 1)
        #expect(bench.handedOn.all.count == 1)
    }

    @Test func `another name, no name and other content are other requests`() async throws {
        let bench = try bench()
        for name in ["r-1", "r-2", nil, nil, ""] { #expect(await bench.send(sale(name), from: Self.proxy).body.contains(#""ok""#)) }
        #expect(await bench.send(sale("r-1", "click_id=c-1&amount=6"), from: Self.proxy).body.contains(#""ok""#))
        #expect(await bench.send(sale("r-1", "click_id=c-2&amount=5"), from: Self.proxy).body.contains(#""ok""#))
        #expect(bench.store.submissions.count == 7)
    }

    @Test func `a name beside an order id is one key more`() async throws {
        let bench = try bench()
        let query = "click_id=c-1&amount=5&txn_id=o-1"
        #expect(await bench.send(sale("r-1", query), from: Self.proxy).body.contains(#""ok""#))
        #expect(await bench.send(sale("r-1", query), from: Self.proxy).body.contains(bench.id(1)))
        #expect(await bench.send(sale("r-2", query), from: Self.proxy) == Answer(200, #"{"data":{"status":"duplicate"}}"#))
        let other = query.replacing("amount=5", with: "amount=6")
        #expect(await bench.send(sale("r-1", other), from: Self.proxy) == Answer(200, #"{"data":{"status":"duplicate"}}"#))
        #expect(bench.store.submissions.count == 1)
    }

    @Test func `only a trusted proxy names requests, and only once`() async throws {
        let bench = try bench()
        for _ in 0..<2 { #expect(await bench.send(sale("r-1"), from: "198.51.100.7").body.contains(#""ok""#)) }
        #expect(await bench.send(sale("r-1"), from: Self.proxy).body.contains(#""ok""#))
        var double = sale("r-9")
        double.headers.append(("X-Request-ID", "r-1"))
        for _ in 0..<2 { #expect(await bench.send(double, from: Self.proxy).body.contains(#""ok""#)) }
        #expect(bench.store.submissions.count == 5)
    }

    @Test func `a name belongs to one source`() async throws {
        let bench = try bench([try SourceConfiguration.sample("two", "trcker", ["postback_secret": "another-one"])])
        #expect(await bench.send(sale("r-1"), from: Self.proxy).body.contains(#""ok""#))
        #expect(await bench.send(sale("r-1", secret: "another-one"), from: Self.proxy).body.contains(#""ok""#))
        #expect(bench.store.submissions.map(\.conversion.source) == ["one", "two"])
    }

    @Test func `a name that is too long is not followed, and said so`() async throws {
        let bench = try bench()
        let long = String(repeating: "r", count: 256)
        for _ in 0..<2 { #expect(await bench.send(sale(long), from: Self.proxy).body.contains(#""ok""#)) }
        let document = try #require(bench.store.submissions.last?.conversion.document)
        #expect(
            try JSONValue(parsing: document)["warnings"]
                == ["the proxy's name for this request has more than 255 characters; it was not followed"])
    }
}
