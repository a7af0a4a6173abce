import Logging

extension Logger {
    /// Writes to standard error, one line for each event whatever it is about.
    static func gateway(level: Logger.Level) -> Logger {
        var logger = Logger(label: "gateway") { StreamLogHandler(label: $0, stream: LogLines()) }
        logger.logLevel = level
        return logger
    }
}

private struct LogLines: TextOutputStream, Sendable {
    /// - Parameter line: with a line break at its end.
    func write(_ line: String) { Terminal.log(String(line.dropLast())) }
}
