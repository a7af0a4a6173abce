import Foundation
import Testing

@testable import Gateway

struct StoreLockTests {
    @Test func `a store is served by one gateway at a time`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "lock-\(UUID().uuidString).db").path
        defer { try? FileManager.default.removeItem(atPath: path + ".lock") }
        var first: StoreLock? = try StoreLock(store: path)
        let sentence = "'\(path)' is served by another gateway already; stop that one or name another store"
        #expect(throws: StoreError(.busy, sentence)) { try StoreLock(store: path) }
        #expect(first != nil)
        first = nil
        _ = try StoreLock(store: path)
    }
}
