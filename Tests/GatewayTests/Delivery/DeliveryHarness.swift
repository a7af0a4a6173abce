import Logging
import Mappings
import NIOCore
import NIOPosix
import Rules
import ServiceLifecycle
import Synchronization
import Testing

@testable import Gateway

/// A dispatcher that runs against a store in memory, on a clock that moves only when the test lets time pass.
///
/// Trackers are real sockets on this machine, so their answers take real time; `wait` and `letTimePass` look for a condition.
struct DeliveryHarness: Sendable {
    let clock: VirtualClock
    let store: MemoryConversionStore
    let dispatcher: Dispatcher
    let services: ServiceGroup

    private static let counter = Atomic<UInt64>(0)
    static func conversion() -> Conversion {
        let number = counter.add(1, ordering: .relaxed).newValue
        let id = ConversionID(at: VirtualClock.start, random: (0, number))
        return Conversion(id: id, source: "shop", tracker: "refcampaign", receivedAt: VirtualClock.start)
    }
    static func conversions(_ count: Int) -> [Conversion] { (0..<count).map { _ in conversion() } }

    /// Runs for the length of `body`, then shuts down gracefully.
    ///
    /// - Parameter passesGrace: Whether time passes during the shutdown, so that what does not finish is broken off.
    static func run(
        _ destinations: [Destination], store: MemoryConversionStore = MemoryConversionStore(), clock: VirtualClock = VirtualClock(),
        settings: Dispatcher.Settings = .init(version: "1.2.3"), passesGrace: Bool = false,
        body: @escaping @Sendable (DeliveryHarness) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let dispatcher = Dispatcher(
            destinations: destinations, store: store, clock: clock.delivery, settings: settings, logger: logger)
        let services = ServiceGroup(configuration: .init(services: [.init(service: dispatcher)], logger: logger))
        let harness = DeliveryHarness(clock: clock, store: store, dispatcher: dispatcher, services: services)
        let hasEnded = Flag()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { hasEnded.raise() }
                try await services.run()
            }
            do {
                try await body(harness)
            } catch {
                await services.triggerGracefulShutdown()
                group.cancelAll()
                throw error
            }
            await services.triggerGracefulShutdown()
            if passesGrace { try await harness.letTimePass { hasEnded.isRaised } }
            try await group.waitForAll()
        }
    }

    /// Commits and hands over, as intake does.
    func submit(_ conversions: [Conversion], to destinations: String...) {
        store.add(conversions, to: destinations, at: clock.now)
        for conversion in conversions { dispatcher.offer(conversion, to: destinations, claimEpoch: store.claimEpoch) }
    }

    /// Waits for what happens while the clock does not move.
    func wait(until condition: @Sendable () -> Bool, location: Testing.SourceLocation = #_sourceLocation) async throws {
        for _ in 1...20_000 {
            if condition() { return }
            try await Self.breathe()
        }
        try #require(condition(), "waited too long", sourceLocation: location)
    }

    /// Lets time pass until the condition holds, in small steps.
    ///
    /// - Parameter limit: Of the clock's time.
    func letTimePass(
        upTo limit: Duration = .seconds(600), by step: Duration = .milliseconds(10), until condition: @Sendable () -> Bool,
        location: Testing.SourceLocation = #_sourceLocation
    ) async throws {
        let end = clock.elapsed + limit
        while !condition() {
            try #require(clock.elapsed < end, "waited too long", sourceLocation: location)
            try await pass(step, unless: condition)
        }
    }

    func letTimePass(_ time: Duration) async throws {
        let end = clock.elapsed + time
        while clock.elapsed < end { try await pass(.milliseconds(10), unless: { false }) }
        try await Self.breathe()
    }

    /// What is under way gets a little real time to end, so that the clock does not run ahead of it.
    private func pass(_ step: Duration, unless condition: () -> Bool) async throws {
        for _ in 1...20 {
            try await Self.breathe()
            if condition() { return }
            if dispatcher.activity.values.allSatisfy({ $0.inFlight == 0 && $0.unrecorded == 0 }) { break }
        }
        clock.advance(by: step)
    }

    /// Leaves the processor to others for a moment of real time.
    private static func breathe() async throws { try await Task.sleep(for: .milliseconds(1)) }
}

extension Destination {
    /// Posts the conversion's id to `/in?key=hush`.
    static func local(
        _ name: String, port: Int, delays: [Duration] = [.milliseconds(20), .milliseconds(20)], timeout: Duration = .seconds(15)
    ) -> Destination {
        var sending = Sending(name: name) { conversion, _ in
            OutboundRequest(
                method: "POST", url: "http://127.0.0.1:\(port)/in?key=hush", maskedURL: "http://127.0.0.1:\(port)/in?key=***",
                headers: [("X-Id", "\(conversion.id)")], body: Array("id=\(conversion.id)".utf8))
        }
        sending.schedule = RetrySchedule(delays: delays)
        sending.timeout = timeout
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
        self.write = { conversion, now throws(Skip) in
            var request = try write(conversion, now)
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
