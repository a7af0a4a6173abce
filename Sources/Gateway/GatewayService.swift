import Logging
import Mappings
import Rules
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The gateway whole: intake in front of the store, delivery behind it.
///
/// Requests come in through `InboundServer`, become conversions in `Intake`, are stored, and go to the `Dispatcher`, which sends them to every
/// destination. At the end intake stops first, then delivery, then the store.
struct GatewayService: Sendable {
    let dispatcher: Dispatcher
    let server: InboundServer
    private let console: ConsoleServer?
    private let current: CurrentIntake
    private let probe = DeploymentProbe()
    private let pruner: Pruner?
    private let metrics: GatewayMetrics
    private let sampler: StoreSampler?
    private let store: any ConversionStore
    private let logger: Logger
    private let drain: Duration

    /// - Parameters:
    ///   - onListening: called with the port once requests are taken.
    ///   - onConsole: called with the console's port once it answers, if there is one.
    init(
        _ configuration: Configuration, store: any ConversionStore, logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in },
        onConsole: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        ProcessMemory.mapBigBlocks()
        self.store = store
        self.logger = logger
        drain = configuration.limits.drain
        let retention = configuration.retention
        pruner = retention.isEmpty ? nil : Pruner(store: store, limits: retention, clock: SystemClock.pruner, logger: logger)
        let metrics = GatewayMetrics(commits: store.commits)
        self.metrics = metrics
        sampler = configuration.console.map { _ in
            StoreSampler(store: store, metrics: metrics, clock: SystemClock.pruner, place: configuration.store)
        }
        let routes = configuration.routes
        let dispatcher = Dispatcher(
            destinations: configuration.destinations.map { Destination($0, routes: routes) }, store: store, clock: SystemClock.delivery,
            settings: Dispatcher.Settings(grace: configuration.limits.drain, version: GatewayCommand.version), logger: logger,
            metrics: metrics)
        self.dispatcher = dispatcher
        let intake = Self.intake(
            configuration, after: nil, store: store, dispatcher: dispatcher, probe: probe, metrics: metrics, logger: logger)
        // Half of the time for requests that are still coming in, so that deliveries have the rest.
        var limits = ConnectionLimits(drain: max(.seconds(1), configuration.limits.drain / 2))
        limits.take(configuration.limits)
        current = CurrentIntake(intake, limits: limits, tls: configuration.tls)
        server = InboundServer(current, at: configuration.listen, logger: logger) { port in
            await onListening(port)
            ProcessMemory.giveBackStart()
        }
        console = configuration.console.map { settings in
            let console = Console(
                configuration, store: store, clock: SystemClock.console, logger: logger, wake: { dispatcher.look() },
                figures: { metrics.page(dispatcher.activity, version: GatewayCommand.version) })
            return ConsoleServer(console, at: settings.listen, logger: logger, onRunning: onConsole)
        }
    }

    private static func intake(
        _ configuration: Configuration, after predecessor: Intake?, store: any IntakeStore, dispatcher: Dispatcher, probe: DeploymentProbe,
        metrics: GatewayMetrics, logger: Logger
    ) -> Intake {
        for source in configuration.sources where !source.openCredentials.isEmpty {
            let names = source.openCredentials.sorted().joined(separator: ", ")
            logger.warning(
                "a source takes requests from anybody, since its \(names) is null", metadata: ["source": "\(source.name)"])
        }
        let unrouted = configuration.sourcesWithoutRoute
        if !unrouted.isEmpty {
            let count = unrouted.count == 1 ? "a source" : "\(unrouted.count) sources"
            logger.error(
                "no route takes from \(count), so conversions are stored and sent to no destination; add routes",
                metadata: ["sources": "\(unrouted.joined(separator: ", "))"])
        }
        let settings = Intake.Settings(wrongKeys: configuration.limits.wrongKeys)
        let (reception, pass) = (Reception(configuration), ProbePass(configuration))
        return Intake(
            reception, store: store, clock: SystemClock.intake, settings: settings, logger: logger, metrics: metrics, after: predecessor,
            workersProblem: { dispatcher.isTurning ? nil : "delivery has not looked at the store for ten seconds" },
            onAccepted: { dispatcher.offer($0, to: $1, claimEpoch: $2) },
            onCorrected: { _ in dispatcher.look() },
            elsewhere: { probe.reply(to: $0, peer: $1, reception, pass) })
    }

    /// Puts another configuration into use: for requests and tries that begin from now on. What counts at the start only stays as it is.
    func apply(_ configuration: Configuration) {
        // Destinations first: a conversion that is accepted from here on must find them.
        dispatcher.reconfigure(configuration.destinations.map { Destination($0, routes: configuration.routes) })
        let intake = Self.intake(
            configuration, after: current.latest.intake, store: store, dispatcher: dispatcher, probe: probe, metrics: metrics,
            logger: logger)
        current.replace(with: intake, tls: configuration.tls) { $0.take(configuration.limits) }
        console?.console.apply(configuration)
    }

    /// Serves until the process gets SIGTERM or SIGINT, or one part fails. A second signal ends the process at once.
    func run(with others: [any Service] = []) async throws {
        var parts: [any Service] = [dispatcher, server]
        if let pruner { parts.append(pruner) }
        if let console { parts.append(console) }
        if let sampler { parts.append(sampler) }
        var settings = ServiceGroupConfiguration(
            services: (others + parts).map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            logger: logger)
        // The parts' own limits are a little less.
        settings.maximumGracefulShutdownDuration = drain + .seconds(2)
        let group = ServiceGroup(configuration: settings)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let result = await withTaskGroup(of: Result<Void, any Error>?.self) { tasks in
            tasks.addTask { [logger] in
                await Self.end(group, at: signals, logger)
                return nil
            }
            tasks.addTask {
                do {
                    try await group.run()
                } catch is CancellationError {
                    // The time for a graceful end was over; what was broken off is still owed.
                } catch {
                    return .failure(error)
                }
                return .success(())
            }
            var result: Result<Void, any Error>?
            while result == nil, let next = await tasks.next() { result = next }
            tasks.cancelAll()
            return result
        }
        await store.close()
        try result?.get()
        logger.info("stopped")
    }

    private static func end(_ group: ServiceGroup, at signals: UnixSignalsSequence, _ logger: Logger) async {
        var isEnding = false
        for await signal in signals {
            if isEnding {
                logger.warning("ended at once by a second \(signal); what was stored is safe, attempts under way are made again")
                _exit(1)
            }
            isEnding = true
            await group.triggerGracefulShutdown()
        }
    }
}
