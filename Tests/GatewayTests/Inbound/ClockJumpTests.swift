import Foundation
import Mappings
import Rules
import Testing

@testable import Gateway

/// A machine's clock is sometimes set by hours, in either direction.
struct ClockJumpTests {
    private static let path = "/v1/track-conversion"

    /// A purchase, whose key holds for a day.
    private func purchase(_ email: String) -> WireRequest {
        .post(
            Self.path,
            #"{"publishable_key":"pk","program_id":"p","ref_code":"r","customer_email":"\#(email)","conversion_type":"purchase","revenue_amount":9.99}"#
        )
    }

    @Test(arguments: [Duration.seconds(-86_400), .seconds(-3600), .seconds(3600), .seconds(400 * 86_400)])
    func `whatever the clock does, nothing is lost, no id is given twice, and a retry within the window is the same one`(
        jump: Duration
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "clock-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try SQLiteConversionStore(path: folder.appending(path: "gateway.db").path)
        let bench = IntakeBench([try .sample("saas", "refvenue", ["publishable_key": "pk"])], store: store)
        for number in 0..<5 { #expect(await bench.send(purchase("a\(number)@example.com")).status == 200) }
        bench.time.pass(jump)
        for number in 5..<10 { #expect(await bench.send(purchase("a\(number)@example.com")).status == 200) }
        let rows = try await store.conversions(ConversionFilter())
        #expect(Set(rows.map(\.id)).count == 10)
        // Sent again: what came after the jump is known in any case, what came before it unless the window has passed.
        for number in 5..<10 { #expect(await bench.send(purchase("a\(number)@example.com")).status == 409) }
        let again = await bench.send(purchase("a0@example.com")).status
        #expect(again == (jump > .seconds(86_400) ? 200 : 409))
        await store.close()
    }

    @Test func `ids that are given within one moment differ, and sort by their moments`() {
        let moments = [-86_400, 0, 1, 86_400].map { Timestamp(seconds: 1_763_600_000 + $0) }
        let ids = moments.flatMap { moment in (0..<100).map { ConversionID(at: moment, random: (UInt16($0), 7)) } }
        #expect(Set(ids).count == 400)
        #expect(ids.map(\.description) == ids.map(\.description).sorted())
    }
}
