import Logging
import Mappings
import NIOCore
import NIOPosix
import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Listens for senders and hands their requests to the intake.
///
/// What happens on each connection is an `InboundChannel`'s. A graceful shutdown stops accepting, answers what is under way with
/// `Connection: close` and returns when the last connection is gone.
struct InboundServer: Service {
    private let listener: Listener<InboundChannel>

    /// - Parameters:
    ///   - address: port 0 takes any free one; `onRunning` gets it.
    ///   - onRunning: called once the socket listens.
    init(
        _ intake: Intake, at address: ListenAddress, limits: ConnectionLimits = ConnectionLimits(), logger: Logger,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.init(CurrentIntake(intake, limits: limits), at: address, logger: logger, group: group, onRunning: onRunning)
    }

    /// - Parameter current: may be replaced while the server runs.
    init(
        _ current: CurrentIntake, at address: ListenAddress, logger: Logger,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        let (intake, limits) = (current.latest.intake, current.latest.limits)
        listener = Listener(
            setup: InboundChannel(current: current, date: DateHeader(now: intake.clock.now)), address: address,
            connections: limits.connections ?? Self.openable, backlog: 1024, drain: limits.drain, group: group, logger: logger
        ) { port in
            logger.info("listening", metadata: ["host": "\(address.host)", "port": "\(port)"])
            await onRunning(port)
        }
    }

    func run() async throws { try await listener.run() }

    /// Accepting a socket without a free descriptor would end the server, so one more than these waits in the backlog.
    private static var openable: Int {
        var limit = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0 else { return 512 }
        return max(64, Int(clamping: limit.rlim_cur) - 256)
    }
}
