import Logging
import Mappings
import ServiceLifecycle

/// The gateway whole: intake in front of the store, delivery behind it.
///
/// Requests come in through `InboundServer`, are made conversions by `Intake`, stored, and handed to the `Dispatcher`, which tells every
/// destination. At the end intake stops first, then delivery, then the store.
struct GatewayService: Sendable {
    let dispatcher: Dispatcher
    let server: InboundServer
    private let store: any ConversionStore
    private let logger: Logger
    private let drain: Duration

    /// - Parameter onListening: called with the port once requests are taken.
    init(
        _ configuration: Configuration, store: any ConversionStore, logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.store = store
        self.logger = logger
        drain = configuration.limits.drain
        let routes = configuration.routes
        let dispatcher = Dispatcher(
            destinations: configuration.destinations.map { Destination($0, routes: routes) }, store: store, clock: SystemClock.delivery,
            settings: Dispatcher.Settings(grace: configuration.limits.drain, version: GatewayCommand.version), logger: logger)
        let intake = Intake(
            sources: configuration.sources, routes: routes, trustedProxies: configuration.trustedProxies,
            secrets: configuration.destinations.flatMap(\.secrets), store: store, clock: SystemClock.intake, logger: logger,
            workersProblem: { dispatcher.isTurning ? nil : "delivery has not looked at the store for ten seconds" },
            onAccepted: { conversion, destinations in dispatcher.offer(conversion, to: destinations) },
            onCorrected: { dispatcher.look() })
        self.dispatcher = dispatcher
        server = InboundServer(
            intake, at: configuration.listen, limits: InboundServer.Limits(body: configuration.limits.body), logger: logger,
            onRunning: onListening)
    }

    /// Serves until the process is told to end (SIGTERM, SIGINT) or one part fails.
    func run(with others: [any Service] = []) async throws {
        let parts: [any Service] = [dispatcher, server]
        var settings = ServiceGroupConfiguration(
            services: (others + parts).map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        settings.maximumGracefulShutdownDuration = drain + .seconds(10)
        do {
            try await ServiceGroup(configuration: settings).run()
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }
}

extension Logger {
    /// Writes to standard error.
    static func gateway(level: Logger.Level) -> Logger {
        var logger = Logger(label: "gateway") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }
}
