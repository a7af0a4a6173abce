import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import Gateway

struct ReloaderTests {
    /// What was put into use, and what the log says.
    private final class Record: Sendable {
        let applied = Mutex<[[String]]>([])
        let lines = Mutex<[String]>([])
    }

    private struct Log: LogHandler {
        let record: Record
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        init(_ record: Record) { self.record = record }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            record.lines.withLock { $0.append("\(event.level): \(event.message)") }
        }
    }

    /// Watches a folder with this configuration.
    private func watch(
        _ text: String, _ body: (ConfigurationFolder, Record) async throws -> Void
    ) async throws {
        try await ConfigurationFolder.use { folder in
            try folder.write(text)
            let record = Record()
            let logger = Logger(label: "test") { _ in Log(record) }
            let reloader = Reloader(path: folder.configuration, running: folder.reading, logger: logger, pause: .milliseconds(5)) { next in
                record.applied.withLock { $0.append(next.sources.map(\.name)) }
            }
            var quiet = Logger(label: "test")
            quiet.logLevel = .critical
            let group = ServiceGroup(services: [reloader], logger: quiet)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await body(folder, record)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    @Test func `a changed file is put into use`() async throws {
        try await watch(ConfigurationFolder.text("shop")) { folder, record in
            try folder.write(ConfigurationFolder.text("shop", "late", more: "listen: 127.0.0.1:1\n"))
            try await until { record.lines.withLock { $0.count >= 2 } }
            #expect(record.applied.withLock { $0 } == [["shop", "late"]])
            #expect(
                record.lines.withLock { $0.filter { !$0.contains("there are no routes") } }.prefix(2) == [
                    "info: configuration reloaded: source late added",
                    "warning: 'listen' changed, which counts from the next start only",
                ])
        }
    }

    @Test func `mistakes are logged and nothing is put into use, until the file is right again`() async throws {
        try await watch(ConfigurationFolder.text("shop")) { folder, record in
            try folder.write(ConfigurationFolder.text("shop", more: "wat: 1\n"))
            try await until { record.lines.withLock { $0.count >= 2 } }
            #expect(
                record.lines.withLock { $0.first } == "error: the changed configuration has a mistake, so the old one stays in use")
            #expect(record.lines.withLock { $0.last?.contains("gateway.yaml:3:1: error: unknown key 'wat'") } == true)
            #expect(record.applied.withLock { $0 } == [])
            try folder.write(ConfigurationFolder.text("shop", "late"))
            try await until { record.applied.withLock { !$0.isEmpty } }
            #expect(record.applied.withLock { $0 } == [["shop", "late"]])
        }
    }

    @Test func `the mistake may be in a file that the new configuration names first`() async throws {
        try await watch(ConfigurationFolder.text("shop")) { folder, record in
            try folder.write("tracker: Acme\n", to: "trackers/acme.yaml")
            try folder.write("mappings: trackers\n" + ConfigurationFolder.text("late"))
            try await until { record.lines.withLock { $0.contains { $0.contains("the old one stays in use") } } }
            try folder.write(ConfigurationFixture.acme.replacing("/api/v1/conversions", with: "/acme"), to: "trackers/acme.yaml")
            try await until { record.applied.withLock { !$0.isEmpty } }
            #expect(record.applied.withLock { $0 } == [["late"]])
        }
    }

    @Test func `a configuration is not spelled out where services are logged`() async throws {
        try await ConfigurationFolder.use { folder in
            try folder.write(ConfigurationFolder.text("shop"))
            let reloader = Reloader(path: folder.configuration, running: folder.reading, logger: Logger(label: "test")) { _ in }
            #expect("\(reloader)" == "reloader")
        }
    }
}
