import Logging
import Mappings
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Sends stored conversions to their destinations until each has answered.
///
/// Every destination has a queue and workers of its own, so that one which is dead or hangs costs the others nothing. A conversion comes
/// in by `offer` right after its commit and is sent at once; all else (retries, what was pending at the start, what does not fit into
/// memory, what another process replays) is read back from the store, which alone knows what is owed. A delivery is made at least once:
/// a process that dies between a reply and its record makes it again.
final class Dispatcher: Service {
    struct Settings: Sendable {
        /// Deliveries of one destination that wait in memory, at most; the rest wait in the store.
        var window = 4096
        /// How long a shutdown waits for what is in flight. What does not finish stays pending.
        var grace: Duration = .seconds(10)
        /// For the `User-Agent`.
        var version = "1"
    }

    private let queues: [DeliveryQueue]
    private let queue: [String: DeliveryQueue]
    private let loops: [any EventLoop]
    private let store: any ConversionStore
    private let clock: DeliveryClock
    private let settings: Settings
    private let logger: Logger
    private let alarm: Alarm
    private let heartbeat = Heartbeat()

    /// - Parameters:
    ///   - destinations: Each name once.
    ///   - group: Deliveries run on these loops; share the server's.
    init(
        destinations: [Destination], store: any ConversionStore, clock: DeliveryClock, settings: Settings = Settings(), logger: Logger,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        let loops = Array(group.makeIterator())
        let alarm = Alarm(timers: group.any(), now: clock.now)
        queues = destinations.enumerated().map { index, destination in
            DeliveryQueue(destination: destination, capacity: settings.window, timers: loops[index % loops.count]) { alarm.ring() }
        }
        queue = Dictionary(queues.map { ($0.destination.name, $0) }) { first, _ in first }
        self.loops = loops
        self.alarm = alarm
        self.store = store
        self.clock = clock
        self.settings = settings
        self.logger = logger
    }

    /// Hands over a conversion whose commit has just succeeded. Cheap and never blocks, callable from any thread, before `run` too.
    /// What does not fit is left to the store; unknown names are ignored.
    func offer(_ conversion: Conversion, to destinations: [String]) {
        let delivery = ReadyDelivery(id: conversion.id, attempts: 0, content: .conversion(conversion))
        for name in destinations { queue[name]?.offer(delivery) }
    }

    /// Looks at the store now: something fell due there that was not offered.
    func look() { alarm.ring(at: clock.now()) }

    /// For `/readyz`: the store has been asked what is due within the last ten seconds, and no shutdown has begun.
    var isTurning: Bool { heartbeat.isAlive(at: clock.now(), age: .seconds(10)) }

    var activity: [String: DeliveryActivity] { queue.mapValues(\.activity) }

    /// Delivers until the service group shuts down; then starts nothing new, waits up to `grace` for what is in flight, and returns.
    func run() async throws {
        let connections = queues.reduce(0) { $0 + $1.destination.concurrency }
        let clients = loops.map { TrackerClient(loop: $0, connections: connections, version: settings.version) }
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.work(clients) }
                group.addTask { [grace = settings.grace] in
                    guard (try? await gracefulShutdown()) != nil else { return }
                    try? await Task.sleep(for: grace)
                }
                // Either all work is done, or its time is over.
                await group.next()
                for queue in queues { queue.abandon() }
                group.cancelAll()
                for client in clients { await client.close() }
            }
        } onCancelOrGracefulShutdown: {
            self.drain()
        }
        let pending = queues.reduce(0) { $0 + $1.activity.inFlight + $1.activity.unrecorded }
        if pending > 0 { logger.warning("shutdown broke off \(pending) attempts; they stay pending and are made again") }
    }

    private func work(_ clients: [TrackerClient]) async {
        let watch = StoreWatch(logger: logger)
        let executors = clients.map { EventLoopTaskExecutor(loop: $0.loop) }
        await withDiscardingTaskGroup { group in
            let poller = DuePoller(queues: queues, store: store, watch: watch, clock: clock, alarm: alarm, heartbeat: heartbeat)
            group.addTask { await poller.run() }
            for queue in queues {
                for index in 0..<Self.workers(of: queue.destination) {
                    let worker = DeliveryWorker(
                        queue: queue, client: clients[index % clients.count], store: store, watch: watch, clock: clock, alarm: alarm,
                        logger: logger)
                    group.addTask(executorPreference: executors[index % executors.count]) { await worker.run() }
                }
            }
        }
    }

    /// As many as may send, and more whose results are being stored.
    private static func workers(of destination: Destination) -> Int { 2 * max(1, destination.concurrency) + 64 }

    private func drain() {
        heartbeat.stop()
        for queue in queues { queue.drain() }
        alarm.ring()
    }
}
