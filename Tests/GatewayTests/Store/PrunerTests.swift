import Foundation
import GRDB
import Logging
import Mappings
import Rules
import ServiceLifecycle
import Synchronization
import Testing

@testable import Gateway

struct PrunerTests {
    private let portion = PruneReport(requests: 200, isDone: false)

    @Test func `pruning rests nine times as long as it works, and a minute when it is done`() {
        let pace = PrunePace()
        #expect(pace.pause(after: portion, took: .milliseconds(4)) == .milliseconds(36))
        #expect(pace.pause(after: portion, took: .microseconds(100)) == .milliseconds(10))
        #expect(pace.pause(after: PruneReport(), took: .milliseconds(4)) == .seconds(60))
        #expect(pace.pause(after: StoreError(.busy, "later")) == .seconds(60))
    }

    @Test func `what was pruned is described in words`() {
        #expect(PruneReport().text == "")
        #expect(PruneReport(requests: 1, attempts: 2, refused: 1).text == "1 raw request, 2 attempts, 1 refused request")
    }

    @Test func `the service prunes portion by portion as time goes by`() async throws {
        try await withFolder { folder in
            let store = try SQLiteConversionStore(path: folder + "/gateway.db")
            for number: UInt64 in 1...500 { _ = try await store.accept(StoreSamples.submission(number, destinations: [])) }
            let time = Mutex(StoreSamples.start)
            let pauses = Mutex<[Duration]>([])
            let clock = Pruner.Clock(
                now: { time.withLock { $0 } },
                sleep: { pause in
                    let count = pauses.withLock { pauses in
                        pauses.append(pause)
                        return pauses.count
                    }
                    time.withLock { $0 = $0.advanced(by: pause) }
                    if count == 70 { throw CancellationError() }
                })
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            try await Pruner(store: store, limits: RetentionLimits(requests: .seconds(3600)), clock: clock, logger: logger).run()
            // An hour of a minute each, then three portions.
            let all = pauses.withLock { $0 }
            #expect(all.prefix(60).allSatisfy { $0 == .seconds(60) })
            #expect(all.count { $0 < .seconds(60) } == 2)
            #expect(try await store.prunable(RetentionLimits(requests: .seconds(1)), at: time.withLock { $0 }).requests == 0)
            await store.close()
        }
    }

    @Test func `a clock that is set while a portion is pruned does not delay the next`() async throws {
        try await withFolder { folder in
            let store = try SQLiteConversionStore(path: folder + "/gateway.db")
            for number: UInt64 in 1...500 { _ = try await store.accept(StoreSamples.submission(number, destinations: [])) }
            let time = Mutex(StoreSamples.start.advanced(by: .seconds(7200)))
            let pauses = Mutex<[Duration]>([])
            let clock = Pruner.Clock(
                now: {
                    time.withLock { time in
                        time = time.advanced(by: .seconds(5 * 3600))
                        return time
                    }
                },
                uptime: { Uptime(nanoseconds: 1) },
                sleep: { pause in
                    if pauses.withLock({
                        $0.append(pause)
                        return $0.count
                    }) == 5 {
                        throw CancellationError()
                    }
                })
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            try await Pruner(store: store, limits: RetentionLimits(requests: .seconds(3600)), clock: clock, logger: logger).run()
            let shortest = PrunePace().shortest
            #expect(pauses.withLock { $0 } == [shortest, shortest, .seconds(60), .seconds(60), .seconds(60)])
            await store.close()
        }
    }

    @Test func `a store above its size loses its oldest bulk, and its space is used again`() async throws {
        try await withFolder { folder in
            let path = folder + "/gateway.db"
            let store = try SQLiteConversionStore(path: path)
            func add(_ numbers: ClosedRange<UInt64>) async throws {
                for number in numbers {
                    var sent = StoreSamples.submission(number, after: .seconds(Int(number)))
                    sent.request.body = Array(repeating: 0x78, count: 1500)
                    _ = try await store.accept(sent)
                    let delivery = DeliveryID(conversion: sent.conversion.id, destination: "main")
                    let attempt = StoreSamples.attempt(.delivered, status: 200, after: .seconds(Int(number)))
                    if number != 1 { try await store.record(StoreSamples.result(delivery, .delivered, attempt: attempt)) }
                }
            }
            try await add(1...1500)
            let at = StoreSamples.start.advanced(by: .seconds(10_000))
            let full = try await store.prunable(RetentionLimits(), at: at).usedBytes
            #expect(full > 3_000_000)
            let limits = RetentionLimits(maxSize: 2_000_000)
            var report = try await store.prune(limits, at: at)
            while !report.isDone { report = try await store.prune(limits, at: at) }
            #expect(report.usedBytes <= 2_000_000)
            #expect(report.usedBytes > 1_400_000)
            let id = StoreSamples.id(1500, at: StoreSamples.start.advanced(by: .seconds(1500)))
            #expect(try await store.request(of: id) != nil)
            let owed = StoreSamples.id(1, at: StoreSamples.start.advanced(by: .seconds(1)))
            #expect(try await store.request(of: owed) != nil)
            #expect(try await store.conversions(ConversionFilter(limit: 10_000)).count == 1500)

            let pages = try await store.pool.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
            try await add(1501...1900)
            let now = try await store.pool.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
            #expect(now == pages)

            report = try await store.prune(RetentionLimits(maxSize: 100_000), at: at)
            for _ in 0..<100 where !report.isDone { report = try await store.prune(RetentionLimits(maxSize: 100_000), at: at) }
            #expect(report.isDone && report.usedBytes > 100_000)
            let inspection = try await store.inspect()
            #expect(inspection.damage.isEmpty && inspection.disagreements.isEmpty)
            await store.close()
        }
    }

    @Test func `no byte of a forgotten person is left in the store's files`() async throws {
        try await withFolder { folder in
            let store = try SQLiteConversionStore(path: folder + "/gateway.db")
            let second = try SQLiteConversionStore(path: folder + "/gateway.db")
            for number: UInt64 in 1...600 {
                let email = number % 60 == 0 ? "jane.doe@example.com" : "john-\(number)@example.com"
                var conversion = Conversion(
                    id: StoreSamples.id(number), source: "shop-de", tracker: "refersion", receivedAt: StoreSamples.start)
                conversion[.customerEmail] = .text(email)
                conversion[.customerLastName] = .text(number % 60 == 0 ? "Doewell" : "Smith")
                var sent = StoreSamples.submission(number)
                sent.conversion = ConversionRow(conversion)
                sent.request.body = Array("\(email) Doewell".utf8)
                _ = try await store.accept(sent)
                var attempt = StoreSamples.attempt(.delivered, status: 200)
                attempt.request = "\n\(email)" + String(repeating: " Doewell", count: number % 60 == 0 ? 900 : 0)
                attempt.reply = "Doewell \(email)"
                let delivery = DeliveryID(conversion: conversion.id, destination: "main")
                for _ in 1...(number % 60 == 0 ? 55 : 1) {
                    try await store.record(StoreSamples.result(delivery, .delivered, attempt: attempt))
                }
                if number % 60 == 0 { try await store.keep(StoreSamples.refused(Int(number), source: "shop-de", body: email)) }
            }
            _ = try await second.prune(
                RetentionLimits(requests: .seconds(1), attempts: .seconds(1)), at: StoreSamples.start.advanced(by: .seconds(100)))
            let jane = try #require(Person(email: "jane.doe@example.com"))
            let report = try await second.forget(jane, alsoPending: false, dryRun: false)
            #expect(report.conversions == 10 && report.refused == 10 && report.leftover == nil)
            for (name, text) in [("address", "jane.doe@example.com"), ("digest", jane.digests[0])] {
                for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
                    let bytes = FileManager.default.contents(atPath: folder + "/" + file) ?? Data()
                    #expect(bytes.range(of: Data(text.utf8)) == nil, "\(name) in \(file)")
                }
            }
            #expect(try await store.conversions(ConversionFilter(limit: 1000)).count == 600)
            let inspection = try await store.inspect()
            #expect(inspection.damage.isEmpty && inspection.disagreements.isEmpty && inspection.conversions == 600)
            await second.close()
            await store.close()
        }
    }
}
