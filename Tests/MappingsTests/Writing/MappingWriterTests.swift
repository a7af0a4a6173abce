import Testing

@testable import Mappings

struct MappingWriterTests {
    @Test func `what is written may hold the time of writing, and nothing that is read may`() throws {
        let mapping = try Samples.compile(
            """
            tracker: Acme
            request: { method: GET, path: /p }
            fields:
              sent: { out: now, as: time(unix) }
              at: { out: '"v1:" + now' }
              cid: { is: click_id, out: { required: exists(now) } }
            """)
        var conversion = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
        conversion[.clickID] = .text("c-1")
        let writer = try MappingWriter(mapping, url: "https://t.example")
        let request = try writer.write(conversion, at: Timestamp(seconds: 1_800_000_000))
        #expect(request.url == "https://t.example/p?sent=1800000000&at=v1%3A2027-01-15T08%3A00%3A00Z&cid=c-1")
        conversion[.clickID] = .absent
        #expect(throws: Skip.self) { try writer.write(conversion, at: Samples.receivedAt) }

        let text = "tracker: A\nrequest: { method: GET, path: /p }\nfields: { c: { is: click_id, required: exists(now) } }\n"
        let (_, diagnostics) = MappingCompiler.compile(text, name: "a", file: "a.yaml")
        #expect(diagnostics.sorted.contains { $0.description.contains("unknown name 'now'") })
    }
}
