import Logging
import Mappings
import ServiceLifecycle
import UnixSignals

/// Reads the configuration again at SIGHUP, and when one of its files was changed. `ReloadDecision` says what becomes of it; the log says
/// why.
///
/// What is in flight ends under the old configuration in any case.
struct Reloader: Service {
    private let path: String
    private let first: ConfigurationReading
    private let apply: @Sendable (Configuration) -> Void
    private let logger: Logger
    /// Between two looks at the files.
    private let pause: Duration

    /// - Parameter apply: puts a configuration into use; called from one task.
    init(
        path: String, running first: ConfigurationReading, logger: Logger, pause: Duration = .seconds(1),
        apply: @escaping @Sendable (Configuration) -> Void
    ) {
        self.path = path
        self.first = first
        self.logger = logger
        self.pause = pause
        self.apply = apply
    }

    private enum Event { case hangup, tick }

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        let pause = pause
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in signals { continuation.yield(.hangup) } }
                group.addTask { while (try? await Task.sleep(for: pause)) != nil { continuation.yield(.tick) } }
                var state = State(first)
                for await event in events { handle(event, &state) }
                group.cancelAll()
            }
        }
    }

    private struct State {
        /// What is in use, and what it was read from.
        var running: ConfigurationReading
        /// With what is watched although it is not in use.
        var files: WatchedFiles
        var watch: ChangeWatch

        init(_ reading: ConfigurationReading) {
            running = reading
            files = reading.files
            watch = ChangeWatch(read: reading.files.seen)
        }
    }

    private func handle(_ event: Event, _ state: inout State) {
        switch event {
        case .hangup: reload(&state, because: .hangup)
        case .tick:
            guard state.running.configuration?.watchesFiles ?? true else { return }
            if state.watch.sees(state.files.look) { reload(&state, because: .changedFile) }
        }
    }

    private func reload(_ state: inout State, because cause: ReloadCause) {
        let reading = ConfigurationReading(path: path)
        let decision = ReloadDecision(reading, running: state.running, started: first.configuration?.fingerprint, because: cause)
        // What the new one names is watched even if it is not used: the mistake may be in there.
        state.files = decision.isRefusal ? state.files.union(reading.files) : reading.files
        state.watch = ChangeWatch(read: state.files.seen)
        if case .use = decision, let next = reading.configuration { apply(next) }
        log(decision, cause)
        guard !decision.isRefusal else { return }
        // Those that were logged before may be on other lines now.
        let known = Set((state.running.configuration?.warnings ?? []).map(\.message))
        for warning in reading.configuration?.warnings ?? [] where !known.contains(warning.message) { logger.warning("\(warning)") }
        state.running = reading
    }

    private func log(_ decision: ReloadDecision, _ cause: ReloadCause) {
        let metadata: Logger.Metadata = ["cause": "\(cause.rawValue)"]
        switch decision {
        case .use(let changes, let atStart, let losses):
            let summary = changes.isEmpty ? "nothing that counts before the next start" : changes.joined(separator: "; ")
            logger.info("configuration reloaded: \(summary)", metadata: metadata)
            if !losses.isEmpty {
                logger.warning("the configuration in use lost \(losses.joined(separator: " and ")), as SIGHUP decided", metadata: metadata)
            }
            guard !atStart.isEmpty else { return }
            let names = atStart.map { "'\($0)'" }.joined(separator: ", ")
            logger.warning("\(names) changed, which counts from the next start only")
        case .nothingDifferent:
            logger.info("configuration read again: nothing is different", metadata: metadata)
        case .mistakes(let errors):
            let count = errors.count == 1 ? "a mistake" : "\(errors.count) mistakes"
            logger.error("the changed configuration has \(count), so the old one stays in use", metadata: metadata)
            for error in errors { logger.error("\(error)") }
        case .noSources:
            let advice = "it may be cut short; write its sources again, or stop the gateway if nobody is to send any more"
            logger.error("the changed configuration has no sources, so the old one stays in use; \(advice)", metadata: metadata)
        case .losses(let losses):
            logger.error(
                "the changed configuration would lose \(losses.joined(separator: " and ")), so the old one stays in use; \(Self.advice)",
                metadata: metadata)
        case .cutShort(let sentence):
            logger.error("\(sentence), so the old configuration stays in use; \(Self.advice)", metadata: metadata)
        }
    }

    private static let advice = "it may be cut short; look at it, then send SIGHUP to use it in any case"
}

/// The service group logs its services as they describe themselves; a configuration spelled out would hold secrets.
extension Reloader: CustomStringConvertible {
    var description: String { "reloader" }
}
