import Logging
import Mappings
import NIOCore
import NIOPosix
import Rules
import ServiceLifecycle
import Synchronization

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

    /// The queues by name, those of removed destinations too: if these come back, what they have in flight must not begin twice.
    private let queues: Mutex<[String: DeliveryQueue]>
    /// Queues that may lack workers.
    private let staffing = AsyncStream.makeStream(of: DeliveryQueue.self)
    private let loops: [any EventLoop]
    private let store: any DeliveryStore & GovernanceStore
    private let clock: DeliveryClock
    private let settings: Settings
    private let logger: Logger
    private let metrics: GatewayMetrics
    private let waker: Waker
    private let heartbeat = Heartbeat()

    /// - Parameters:
    ///   - destinations: Each name once.
    ///   - group: Deliveries run on these loops; share the server's.
    init(
        destinations: [Destination], store: any DeliveryStore & GovernanceStore, clock: DeliveryClock, settings: Settings = Settings(),
        logger: Logger, metrics: GatewayMetrics = GatewayMetrics(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        loops = Array(group.makeIterator())
        waker = Waker(clock: clock)
        self.store = store
        self.clock = clock
        self.settings = settings
        self.logger = logger
        self.metrics = metrics
        queues = Mutex([:])
        reconfigure(destinations)
    }

    /// Takes other destinations, before `run` and at any time during it.
    ///
    /// Those that stay take their new settings from the next try on: what is in flight ends under the old ones. New ones begin with what the
    /// store owes them. Those that are missing finish what is in flight; what they are owed stays in the store, untouched.
    func reconfigure(_ destinations: [Destination]) {
        let names = Set(destinations.map(\.name))
        var changed: [DeliveryQueue] = []
        for destination in destinations {
            let known = queues.withLock { $0[destination.name] }
            if let known {
                known.change(to: destination)
                changed.append(known)
            } else {
                let queue = makeQueue(destination)
                queues.withLock { $0[destination.name] = queue }
                changed.append(queue)
            }
        }
        for queue in all where !names.contains(queue.name) { queue.retire() }
        for queue in changed { staffing.continuation.yield(queue) }
        waker.wake()
    }

    private func makeQueue(_ destination: Destination) -> DeliveryQueue {
        // Its series are there from the start.
        _ = metrics.destination(destination.name)
        return DeliveryQueue(
            destination: destination, capacity: settings.window, clock: clock,
            changed: { [logger] name, change in
                switch change {
                case .opened(let failures, let reason, let pause):
                    logger.warning(
                        "destination '\(name)' failed \(failures) times in a row: \(reason); it is asked again in \(pause.text), one request at a time",
                        metadata: ["destination": "\(name)"])
                case .closed(let time):
                    logger.info("destination '\(name)' works again after \(time.text)", metadata: ["destination": "\(name)"])
                }
            },
            runLow: { [waker] in waker.wake() })
    }

    private var all: [DeliveryQueue] { queues.withLock { Array($0.values) } }

    /// Hands over a conversion whose commit has just succeeded. Cheap and never blocks, callable from any thread, before `run` too.
    /// What does not fit is left to the store; unknown names are ignored.
    ///
    /// - Parameter claimEpoch: the store's, from before the commit.
    func offer(_ conversion: Conversion, to destinations: [String], claimEpoch: Int) {
        let delivery = ReadyDelivery(id: conversion.id, attempts: 0, content: .conversion(conversion), claimEpoch: claimEpoch)
        let queues = queues.withLock { $0 }
        for name in destinations { queues[name]?.offer(delivery) }
    }

    /// Looks at the store now: something fell due there that was not offered.
    func look() { waker.wake(at: clock.now()) }

    /// For `/readyz`: the store has been asked what is due within the last ten seconds, and no shutdown has begun.
    var isTurning: Bool { heartbeat.isAlive(at: clock.uptime(), age: .seconds(10)) }

    /// Of the destinations that are configured.
    var activity: [String: DeliveryActivity] { queues.withLock { $0 }.filter { !$1.isRetired }.mapValues(\.activity) }

    /// Delivers until the service group shuts down; then starts nothing new, waits up to `grace` for what is in flight, and returns.
    func run() async throws {
        let clients = loops.map { TrackerClient(loop: $0, connections: Self.connections, version: settings.version) }
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.work(clients) }
                group.addTask { [clock, grace = settings.grace] in
                    guard (try? await gracefulShutdown()) != nil else { return }
                    try? await clock.sleep(for: grace)
                }
                // Either all work is done, or its time is over.
                await group.next()
                for queue in all { queue.abandon() }
                group.cancelAll()
                for client in clients { await client.close() }
            }
        } onCancelOrGracefulShutdown: {
            self.drain()
        }
        let pending = all.reduce(0) { $0 + $1.activity.inFlight + $1.activity.unrecorded }
        if pending > 0 { logger.warning("shutdown broke off \(pending) attempts; they stay pending and are made again") }
    }

    /// Of one destination on one loop: its own `concurrency`, which may change, is the bound that counts.
    private static let connections = 512

    private func work(_ clients: [TrackerClient]) async {
        let watch = StoreWatch(logger: logger)
        let executors = clients.map { EventLoopTaskExecutor(loop: $0.loop) }
        let recorder = ResultRecorder(
            store: store, watch: watch, answers: AnswerWatch(logger: logger), waker: waker, clock: clock, metrics: metrics
        ) {
            isHeld in
            for queue in self.all { queue.hold(isHeld) }
        }
        await withDiscardingTaskGroup { group in
            let poller = DuePoller(
                queues: { self.all.filter { !$0.isRetired } }, store: store, watch: watch, clock: clock, waker: waker, heartbeat: heartbeat,
                logger: logger)
            group.addTask { await poller.run() }
            // Where results come in: it goes on with what has gathered once the loop has nothing else to do.
            group.addTask(executorPreference: executors[0]) { await recorder.run() }
            await withDiscardingTaskGroup { workers in
                var started = 0
                for await queue in staffing.stream {
                    for _ in 0..<queue.staff() {
                        let place = started % clients.count
                        started += 1
                        let worker = DeliveryWorker(
                            queue: queue, client: clients[place], store: store, recorder: recorder, clock: clock, logger: logger)
                        workers.addTask(executorPreference: executors[place]) { await worker.run() }
                    }
                }
            }
            recorder.end()
        }
    }

    private func drain() {
        heartbeat.stop()
        staffing.continuation.finish()
        for queue in all { queue.drain() }
        waker.wake()
    }
}
