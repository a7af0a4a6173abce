import Logging

/// Hands each event over.
struct LogRecord: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    private let onEvent: @Sendable (LogEvent) -> Void

    init(_ onEvent: @escaping @Sendable (LogEvent) -> Void) { self.onEvent = onEvent }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { onEvent(event) }
}
