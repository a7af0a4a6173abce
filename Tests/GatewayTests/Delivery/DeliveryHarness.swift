import Logging
import Mappings
import NIOCore
import NIOPosix
import Rules
import ServiceLifecycle
import Synchronization
import Testing

@testable import Gateway

/// A dispatcher that runs against a store in memory.
struct DeliveryHarness: Sendable {
    let store: MemoryConversionStore
    let dispatcher: Dispatcher
    let services: ServiceGroup

    static func now() -> Timestamp { Timestamp(seconds: 1_800_000_000).advanced(by: start.duration(to: .now)) }
    private static let start = ContinuousClock.now

    private static let counter = Atomic<UInt64>(0)
    static func conversion() -> Conversion {
        let number = counter.add(1, ordering: .relaxed).newValue
        return Conversion(id: ConversionID(at: now(), random: (0, number)), source: "shop", tracker: "refcampaign", receivedAt: now())
    }
    static func conversions(_ count: Int) -> [Conversion] { (0..<count).map { _ in conversion() } }

    /// Runs for the length of `body`, then shuts down gracefully.
    static func run(
        _ destinations: [Destination], store: MemoryConversionStore = MemoryConversionStore(),
        settings: Dispatcher.Settings = .init(version: "1.2.3"),
        body: @escaping @Sendable (DeliveryHarness) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let dispatcher = Dispatcher(
            destinations: destinations, store: store, clock: DeliveryClock(now: now, random: { 0.5 }), settings: settings, logger: logger)
        let services = ServiceGroup(configuration: .init(services: [.init(service: dispatcher)], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            do {
                try await body(DeliveryHarness(store: store, dispatcher: dispatcher, services: services))
            } catch {
                await services.triggerGracefulShutdown()
                throw error
            }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }

    /// Commits and hands over, as intake does.
    func submit(_ conversions: [Conversion], to destinations: String...) {
        store.add(conversions, to: destinations, at: Self.now())
        for conversion in conversions { dispatcher.offer(conversion, to: destinations) }
    }

    func wait(
        _ limit: Duration = .seconds(20), until condition: @Sendable () -> Bool, location: Testing.SourceLocation = #_sourceLocation
    ) async throws {
        let end = ContinuousClock.now.advanced(by: limit)
        while !condition() {
            try #require(ContinuousClock.now < end, "waited too long", sourceLocation: location)
            try await Task.sleep(for: .milliseconds(4))
        }
    }
}

extension Destination {
    /// Posts the conversion's id to `/in?key=hush`.
    static func local(_ name: String, port: Int, delays: [Duration] = [.milliseconds(20), .milliseconds(20)]) -> Destination {
        var sending = Sending(name: name) { conversion in
            OutboundRequest(
                method: "POST", url: "http://127.0.0.1:\(port)/in?key=hush", maskedURL: "http://127.0.0.1:\(port)/in?key=***",
                headers: [("X-Id", "\(conversion.id)")], body: Array("id=\(conversion.id)".utf8))
        }
        sending.schedule = RetrySchedule(delays: delays)
        return Destination(sending: sending, egress: Egress(allow: [loopback].compactMap { $0 }))
    }

    private static let loopback = try? IPNetwork(parsing: "127.0.0.0/8")

    func with(_ change: (inout Sending) -> Void) -> Destination {
        var copy = self
        change(&copy.sending)
        return copy
    }
}

extension Sending {
    /// Changes what is sent.
    mutating func rewrite(_ change: @escaping @Sendable (inout OutboundRequest) -> Void) {
        let write = write
        self.write = { conversion throws(Skip) in
            var request = try write(conversion)
            change(&request)
            return request
        }
    }
}

/// Raised once, seen from everywhere.
final class Flag: Sendable {
    private let value = Atomic(false)
    func raise() { value.store(true, ordering: .relaxed) }
    var isRaised: Bool { value.load(ordering: .relaxed) }
}
