import Testing

@testable import Mappings

/// A tracker's own pattern of times, and texts in one case, both ways.
struct PatternTimeTests {
    private static let text = #"""
        tracker: Acme
        request: { method: GET, path: /p }
        fields:
          cid: { is: click_id, as: text(lower) }
          code: { is: coupon_code, as: "text(upper)" }
          at: { is: occurred_at, as: 'time("dd/MM/yyyy HH:mm:ss", "-03:00")' }
          tick: { is: extra.tick, as: time(unix_us) }
        """#

    @Test func `a time is read and written by the pattern and its offset`() throws {
        let mapping = try Samples.compile(Self.text)
        let request = WireRequest(
            method: "GET", path: "/p", query: "cid=ABC&code=summer&at=29/05/2024+13:26:40&tick=1717000000000001", headers: [], body: [])
        let conversion = try Samples.outcome(of: request, mapping, MappingReader(mapping)).get()
        #expect(conversion[.occurredAt] == .time(Timestamp(seconds: 1_717_000_000)))
        #expect(conversion.text(.clickID) == "abc" && conversion.text(.couponCode) == "SUMMER")
        var other = conversion
        other[.clickID] = .text("XYZ")
        let sent = try Samples.sent(other, to: MappingWriter(mapping, url: "https://t.example"))
        #expect(sent.hasPrefix("GET /p?cid=xyz&code=SUMMER&at=29%2F05%2F2024%2013%3A26%3A40"))
    }

    @Test(arguments: [
        ("2024-05-29", "at '2024-05-29' is not a time such as 20/11/2025 06:30:00"),
        ("31/02/2024 10:00:00", "at '31/02/2024 10:00:00' is not a time such as 20/11/2025 06:30:00"),
    ])
    func `what does not fit the pattern is refused with one that does`(at: String, sentence: String) throws {
        let mapping = try Samples.compile(Self.text)
        let request = WireRequest(method: "GET", path: "/p", query: "at=\(at.percentEncoded)", headers: [], body: [])
        #expect(throws: Refusal.self) { try Samples.outcome(of: request, mapping, MappingReader(mapping)).get() }
        if case .failure(let refusal) = Samples.outcome(of: request, mapping, MappingReader(mapping)) {
            #expect(refusal.reason == sentence)
        }
    }

    @Test func `a text that is no number leaves a warning where it was to be calculated with`() throws {
        let mapping = try Samples.compile(
            """
            tracker: Acme
            request: { method: GET, path: /p }
            fields: { cid: { is: click_id }, double: { out: extra.AMT1 * 2 } }
            computed: { amount: extra.AMT1 * extra.QTY1 }
            """)
        func read(_ query: String) throws -> Conversion {
            let request = WireRequest(method: "GET", path: "/p", query: query, headers: [], body: [])
            return try Samples.outcome(of: request, mapping, MappingReader(mapping)).get()
        }
        let good = try read("AMT1=12.50&QTY1=2")
        #expect(good[.amount].description == "25" && good.warnings.isEmpty)
        let odd = try read("AMT1=12,50&QTY1=2")
        #expect(odd[.amount].isAbsent)
        #expect(odd.warnings == ["extra.AMT1 '12,50' is no number, so amount was not computed: extra.AMT1 * extra.QTY1"])
        #expect(try read("QTY1=2").warnings.isEmpty)
        let request = try MappingWriter(mapping, url: "https://t.example").write(odd, at: Samples.receivedAt)
        #expect(request.url == "https://t.example/p" && request.warnings == ["extra.AMT1 '12,50' is no number, so double was left out"])
    }
}
