import Mappings
import Rules
import Testing

struct RefusedSharesTests {
    private func leaving(
        _ shares: [(source: String, count: Int, bytes: Int)], _ bounds: RefusedLimits.Bounds, newest: String, each: Int = 10
    ) -> [String] {
        var shares = RefusedShares(shares, within: bounds, newest: newest)
        var leaving: [String] = []
        while let source = shares.givesWay, leaving.count < 100 {
            leaving.append(source)
            shares.remove(each, of: source)
        }
        return leaving
    }

    private let bounds = RefusedLimits(count: 10, bytes: 100).bounds(of: .sender)

    @Test func `nobody gives way while all fit`() {
        #expect(leaving([("a", 6, 60), ("b", 4, 40)], bounds, newest: "a") == [])
    }

    @Test func `the fullest gives way, by what there is too much of`() {
        #expect(leaving([("a", 8, 20), ("b", 3, 50)], bounds, newest: "b", each: 1) == ["a"])
        #expect(leaving([("a", 8, 20), ("b", 1, 90)], bounds, newest: "a", each: 90) == ["b"])
        #expect(leaving([("a", 2, 20), ("b", 3, 90)], bounds, newest: "a") == ["b"])
    }

    @Test func `of two that hold the same, the one that has just sent gives way`() {
        for newest in ["a", "b"] { #expect(leaving([("a", 6, 6), ("b", 6, 6)], bounds, newest: newest, each: 1).first == newest) }
        #expect(leaving([("a", 5, 5), ("b", 5, 5), ("c", 1, 1)], bounds, newest: "c", each: 1) == ["b"])
    }

    @Test func `what has just come stays, whatever its size`() {
        #expect(leaving([("a", 3, 30), ("b", 1, 95)], bounds, newest: "b") == ["a", "a", "a"])
        #expect(leaving([("b", 1, 500)], bounds, newest: "b") == [])
    }

    private func refused(_ body: String) -> RefusedRequest {
        let request = StoredRequest(method: "POST", target: "/", headers: [], body: Array(body.utf8), peer: "")
        return RefusedRequest(receivedAt: Timestamp(seconds: 1), status: 400, code: "invalid", reason: "bad", request: request)
    }

    @Test func `a body that is not JSON is kept up to 64 KiB, and JSON whole`() {
        let long = String(repeating: "x", count: 100_000)
        for body in [long, "{\"a\":\"\(long)", "[1] \(long)", "a=\(long)"] {
            let kept = refused(body).fitting(1 << 20)
            #expect(kept.isCut && kept.request.body.count == 65_536)
            #expect(kept.reason == "bad (body kept up to 65536 of \(body.utf8.count) bytes)")
        }
        for body in [" {\"a\":\"\(long)\"}\n", "[\"\(long)\"]", String(long.prefix(65_536))] {
            let kept = refused(body).fitting(1 << 20)
            #expect(!kept.isCut && kept.request.body.count == body.utf8.count && kept.reason == "bad")
        }
    }
}
