import Rules
import Synchronization

/// The intake that new requests go to; a reload puts another in its place.
///
/// A connection keeps the one that it knows and asks before each request whether it is still current: one load of a word that hardly ever
/// changes. A request that has begun ends under the intake it began with, which goes away with the last connection that knows it.
final class CurrentIntake: Sendable {
    struct Version: Sendable {
        fileprivate var number: Int
        var intake: Intake
        /// For connections that are opened from now on.
        var limits: ConnectionLimits
        /// The same; nil is plain HTTP.
        var tls: ServerTLS?
    }

    let load: InboundLoad
    private let number = Atomic(0)
    private let state: Mutex<Version>

    init(_ intake: Intake, limits: ConnectionLimits, tls: ServerTLS? = nil) {
        load = InboundLoad(limits, logger: intake.logger, now: intake.clock.now)
        state = Mutex(Version(number: 0, intake: intake, limits: limits, tls: tls))
    }

    var latest: Version { state.withLock { $0 } }

    func isLatest(_ version: Version) -> Bool { number.load(ordering: .relaxed) == version.number }

    /// - Parameter change: what is new about the limits.
    func replace(with intake: Intake, tls: ServerTLS?, _ change: (inout ConnectionLimits) -> Void) {
        state.withLock { state in
            state.number += 1
            state.intake = intake
            state.tls = tls
            change(&state.limits)
            load.setLimits(state.limits)
            number.store(state.number, ordering: .relaxed)
        }
    }
}
