import Logging
import Mappings
import NIOCore
import Rules
import Synchronization

@testable import Gateway

/// An intake over a store in memory, with a clock that does not move and ids that count up.
struct IntakeBench {
    let store = MemoryIntakeStore()
    let time = Time()
    let handedOn = HandedOn()
    let intake: Intake

    final class Time: Sendable {
        private let value = Mutex(Timestamp(seconds: 1_717_000_000))
        var now: Timestamp { value.withLock { $0 } }
        var uptime: Uptime { Uptime(nanoseconds: now.microseconds * 1000) }
        func pass(_ duration: Duration) { value.withLock { $0 = $0.advanced(by: duration) } }
    }

    final class HandedOn: Sendable {
        private let value = Mutex<[(id: ConversionID, destinations: [String], claimEpoch: Int)]>([])
        var all: [(id: ConversionID, destinations: [String], claimEpoch: Int)] { value.withLock { $0 } }
        func add(_ id: ConversionID, _ destinations: [String], claimEpoch: Int) {
            value.withLock { $0.append((id, destinations, claimEpoch)) }
        }
    }

    init(
        _ sources: [SourceConfiguration], routes: [Route] = [], trustedProxies: [IPNetwork] = [], requestIDHeader: String? = nil,
        settings: Intake.Settings = .init(),
        workersProblem: String? = nil, store other: (any IntakeStore)? = nil
    ) {
        let count = Atomic<UInt64>(0)
        let random = Counter(count: count)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        intake = Intake(
            Reception(
                sources: sources, routes: routes, mappings: MappingCatalog.builtIn.mappings, trustedProxies: trustedProxies,
                requestIDHeader: requestIDHeader),
            store: other ?? store,
            clock: IntakeClock(now: { [time] in time.now }, random: { (0, random.next) }, uptime: { [time] in time.uptime }),
            settings: settings, logger: logger,
            workersProblem: { workersProblem }, onAccepted: { [handedOn] in handedOn.add($0.id, $1, claimEpoch: $2) })
    }

    private final class Counter: Sendable {
        private let count: Atomic<UInt64>
        init(count: consuming Atomic<UInt64>) { self.count = count }
        var next: UInt64 { count.add(1, ordering: .relaxed).newValue }
    }

    /// The id that the nth request was given.
    func id(_ number: UInt64) -> String { ConversionID(at: Timestamp(seconds: 1_717_000_000), random: (0, number)).description }

    func send(_ request: WireRequest, from peer: String = "198.51.100.7", fault: Refusal? = nil) async -> Answer {
        Answer(await intake.respond(to: request, peer: peer, fault: fault))
    }
}
