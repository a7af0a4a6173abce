import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Sales that a tracker answers with 500 every time, beside others that it takes.
    struct PoisonedSaleTests {
        /// The last wait is longer than any test, so that none of them ends in it.
        private static let retries = "[" + (Array(repeating: "500ms", count: 99) + ["1h"]).joined(separator: ", ") + "]"

        @Test func `a hundred sales that fail every time keep no other sale waiting until they have ended`() async throws {
            let configuration = ConfigurationText(
                sources: [.shop], to: [.postback("postback", "/pb?oid={order_id}", ["retries": Self.retries])])
            let script: ScriptedTracker.Script = { _, request in request.uri.contains("poison") ? .reply(500, body: "oops") : .reply(200) }
            try await Workbench.serve(configuration, tracker: script) { bench, gateway, port, tracker in
                for number in 1...100 { #expect(try await Samples.sale("poison-\(number)").post(port).status == 200) }
                // By then the breaker is open, and most of them were never tried.
                try await until { tracker.received.count >= 10 }
                for number in 1...50 { #expect(try await Samples.sale("healthy-\(number)").post(port).status == 200) }
                try await until { Set(tracker.received.map(\.uri).filter { $0.contains("healthy") }).count == 50 }
                try await until { try await bench.rows("deliveries", "--state", "delivered").count == 50 }
                #expect(tracker.received.count { $0.uri.contains("healthy") } == 50, "each once")
                // The poisoned ones have not ended meanwhile: nobody waited for that.
                let pending = try await bench.rows("deliveries", "--state", "pending")
                #expect(pending.count == 100 && pending.allSatisfy { $0.text("order_id").hasPrefix("poison-") })
            }
        }
    }
}
