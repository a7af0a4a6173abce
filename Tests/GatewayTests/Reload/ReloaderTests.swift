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

    /// Watches a folder with this configuration.
    private func watch(
        _ text: String, _ body: (ConfigurationFolder, Record) async throws -> Void
    ) async throws {
        try await ConfigurationFolder.use { folder in
            try folder.write(text)
            let record = Record()
            let logger = Logger(label: "test") { _ in
                LogRecord { event in record.lines.withLock { $0.append("\(event.level): \(event.message)") } }
            }
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

    @Test func `a key that is taken back, and a file that is written again, bring no warning`() async throws {
        let main = "main: { postback_url: \"https://t.example/p?cid={click_id}\" }"
        let text = ConfigurationFolder.text("shop", more: "destinations: { \(main) }\n")
        try await watch(text) { folder, record in
            func logged(_ text: String, times: Int) async throws {
                try await until { record.lines.withLock { $0.count { $0.contains(text) } >= times } }
            }
            try folder.write("listen: 127.0.0.1:1\n" + text)
            try await logged("'listen' changed, which counts from the next start only", times: 1)
            try folder.write(text)
            try await logged("nothing is different", times: 1)
            try folder.write("# touched\n" + text)
            try await logged("nothing is different", times: 2)
            let lines = record.lines.withLock { $0 }
            #expect(lines.count { $0.contains("'listen' changed") } == 1)
            #expect(!lines.contains { $0.contains("there are no routes") }, "it was known at the start")
            let more = "destinations: { \(main), \(main.replacing("main", with: "other")) }\nroutes: [{ from: shop, to: main }]\n"
            try folder.write(ConfigurationFolder.text("shop", more: more))
            try await logged("no route leads to destination 'other'", times: 1)
            #expect(record.lines.withLock { $0.count { $0.contains("there are no routes") } } == 0)
        }
    }

    @Test func `a file that looks cut short is refused with advice`() async throws {
        let whole = ConfigurationFolder.text("shop", "late", "third")
        try await watch(whole) { folder, record in
            func logged(_ text: String) async throws { try await until { record.lines.withLock { $0.contains { $0.contains(text) } } } }
            let advice = "it may be cut short; look at it, then send SIGHUP to use it in any case"
            try folder.write(ConfigurationFolder.text("shop", "late"))
            try await logged("the changed configuration would lose its last source, 'third', so the old one stays in use; \(advice)")
            try folder.write(String((whole + "limits: { body: 2MB }\n").dropLast()))
            try await logged("ends amid a line, which it did not before, so the old configuration stays in use; \(advice)")
            try folder.write("")
            try await logged(
                "has no sources, so the old one stays in use; it may be cut short; write its sources again, or stop the gateway if nobody is to "
                    + "send any more")
            #expect(record.applied.withLock { $0 } == [])
            try folder.write(whole + "limits: { body: 2MB }\n")
            try await logged("configuration reloaded: limits.body changed")
            try folder.write(whole)
            try await logged("is only the beginning of what it was, so the old configuration stays in use; \(advice)")
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
