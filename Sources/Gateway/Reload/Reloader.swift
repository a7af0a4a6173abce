import Logging
import Mappings
import ServiceLifecycle
import UnixSignals

/// Reads the configuration again at SIGHUP, and when one of its files was changed, and puts it into use where it has no mistakes.
///
/// Nothing is taken from a file that has any: the old configuration stays in use, whole, and the log says why. What is in flight ends under
/// the old one in any case.
struct Reloader: Service {
    private let path: String
    private let first: ConfigurationReading
    private let apply: @Sendable (Configuration) -> Void
    private let logger: Logger
    /// A file must look the same twice in a row before it is read, so that one that is still being written is not.
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
        var configuration: Configuration?
        var files: WatchedFiles
        /// As the files looked before they were read, and at the last tick.
        var known: WatchedFiles.Look
        var last: WatchedFiles.Look

        init(_ reading: ConfigurationReading) {
            configuration = reading.configuration
            files = reading.files
            known = reading.files.seen
            last = known
        }
    }

    private func handle(_ event: Event, _ state: inout State) {
        switch event {
        case .hangup: reload(&state, because: "SIGHUP")
        case .tick:
            guard state.configuration?.watchesFiles ?? true else { return }
            let look = state.files.look
            defer { state.last = look }
            if look != state.known, look == state.last { reload(&state, because: "a changed file") }
        }
    }

    private func reload(_ state: inout State, because cause: String) {
        let reading = ConfigurationReading(path: path)
        // What the new one names is watched even where it cannot be used: the mistake may be in there.
        state.files = reading.configuration == nil ? state.files.union(reading.files) : reading.files
        state.known = state.files.seen
        state.last = state.known
        guard let next = reading.configuration else { return refuse(reading.diagnostics, cause) }
        // A file that was cut short, by a full disk or an editor, is no order to turn every sender away.
        if next.sources.isEmpty, state.configuration?.sources.isEmpty == false {
            logger.error("the changed configuration has no sources, so the old one stays in use", metadata: ["cause": "\(cause)"])
            return
        }
        let before = state.configuration?.fingerprint ?? ConfigurationFingerprint()
        let changes = before.changes(to: next.fingerprint)
        let later = before.changesAtStart(to: next.fingerprint)
        if changes.isEmpty, later.isEmpty {
            logger.info("configuration read again: nothing is different", metadata: ["cause": "\(cause)"])
        } else {
            apply(next)
            let summary = changes.isEmpty ? "nothing that counts before the next start" : changes.joined(separator: "; ")
            logger.info("configuration reloaded: \(summary)", metadata: ["cause": "\(cause)"])
        }
        for warning in next.warnings { logger.warning("\(warning)") }
        if !later.isEmpty {
            let names = later.map { "'\($0)'" }.joined(separator: ", ")
            logger.warning("\(names) changed, which counts from the next start only")
        }
        state.configuration = next
    }

    private func refuse(_ diagnostics: Diagnostics, _ cause: String) {
        let errors = diagnostics.sorted.filter { $0.severity == .error }
        let count = errors.count == 1 ? "a mistake" : "\(errors.count) mistakes"
        logger.error("the changed configuration has \(count), so the old one stays in use", metadata: ["cause": "\(cause)"])
        for error in errors { logger.error("\(error)") }
    }
}

/// The service group logs its services as they describe themselves; a configuration spelled out would hold secrets.
extension Reloader: CustomStringConvertible {
    var description: String { "reloader" }
}
