import Logging
import Mappings
import Rules
import ServiceLifecycle
import Synchronization

/// Fires each mapping's documented sample at the gateway and prints what every impersonated tracker made of it.
final class DemoReport: Service {
    private let configuration: Configuration
    private let store: any ReadingStore
    private let inbox: DemoInbox
    private let sandbox: Sandbox
    private let port: PortPromise
    private let console: PortPromise?
    private let keepsServing: Bool
    private let complete = Mutex(false)

    init(
        configuration: Configuration, store: any ReadingStore, inbox: DemoInbox, sandbox: Sandbox, port: PortPromise,
        console: PortPromise? = nil, keepsServing: Bool
    ) {
        self.configuration = configuration
        self.store = store
        self.inbox = inbox
        self.sandbox = sandbox
        self.port = port
        self.console = console
        self.keepsServing = keepsServing
    }

    /// Whether every sample arrived everywhere.
    var isComplete: Bool { complete.withLock { $0 } }

    func run() async throws {
        let port = await port.value
        var arrived = 0
        for source in configuration.sources { arrived += try await fire(source, port: port) }
        for source in configuration.sources { try await correct(source, port: port) }
        let expected = configuration.sources.count * configuration.destinations.count
        complete.withLock { $0 = arrived == expected }
        Terminal.print(
            "\(configuration.sources.count) requests in, \(arrived) of \(expected) deliveries arrived.".styled(
                arrived == expected ? .green : .red))
        guard keepsServing else { return }
        Terminal.print()
        Terminal.print("The gateway listens on http://127.0.0.1:\(port). Try:".styled(.bold))
        for source in configuration.sources { Terminal.print("  " + (DemoRequest(source)?.curl(port: port) ?? "")) }
        Terminal.print(
            "Sent as it is, each is a duplicate; with another id (and a new signature, if it is signed) it is sent on, and what arrives is shown here. Ctrl-C ends it."
        )
        if let console, configuration.console != nil {
            let address = ListenAddress(host: "127.0.0.1", port: 0).link(port: await console.value)
            Terminal.print("See all of it in the browser: \(address)".styled(.bold))
        }
        inbox.forward { Terminal.print("  → \($0.source)".styled(.green) + " has \(Self.summary($0))") }
        try? await gracefulShutdown()
    }

    /// Posts one sample and waits until every tracker has answered. Returns how many received it.
    private func fire(_ source: SourceConfiguration, port: Int) async throws -> Int {
        guard let sample = DemoRequest(source) else { return 0 }
        _ = inbox.take()
        let (status, reply) = try await sample.send(port: port)
        Terminal.print("\(sample.title)".styled(.bold))
        Terminal.print("  reply: \(status) \(reply)")
        guard let row = try await store.conversions(ConversionFilter(source: source.name, limit: 1)).first else {
            Terminal.print("  no conversion was stored".styled(.red))
            return 0
        }
        Terminal.print("  conversion: \(String(decoding: row.document, as: UTF8.self))".styled(.dim))
        let deliveries = try await settled(row.id)
        let received = inbox.take()
        var count = 0
        for delivery in deliveries {
            let attempt = try await store.attempts(of: delivery.id).last
            if delivery.state == .delivered, let conversion = received[delivery.id.destination] {
                count += 1
                let status = attempt?.status.map { "\($0)" } ?? ""
                Terminal.print("  → \(delivery.id.destination)".styled(.green) + " answered \(status) and has \(Self.summary(conversion))")
                guard let request = try await sandbox.request(of: conversion) else { continue }
                Terminal.print("      \(request.method) \(request.target)")
                if !request.body.isEmpty { Terminal.print("      \(String(decoding: request.body, as: UTF8.self))") }
            } else {
                Terminal.print("  → \(delivery.id.destination) \(delivery.state.rawValue): \(delivery.reason ?? "")".styled(.red))
            }
        }
        Terminal.print()
        return count
    }

    /// Sends a correction, if the source's tracker has a sample of one, and shows where it arrives.
    private func correct(_ source: SourceConfiguration, port: Int) async throws {
        guard let sample = DemoRequest(correcting: source) else { return }
        _ = inbox.take()
        let (status, reply) = try await sample.send(port: port)
        Terminal.print("\(sample.title)".styled(.bold))
        Terminal.print("  reply: \(status) \(reply)")
        guard let row = try await store.conversions(ConversionFilter(source: source.name, limit: 1)).first, let latest = row.latest else {
            return
        }
        Terminal.print("  conversion: \(String(decoding: row.document, as: UTF8.self))".styled(.dim))
        for delivery in try await settled(latest) {
            let attempt = try await store.attempts(of: delivery.id).last
            if let attempt, delivery.state == .delivered {
                Terminal.print("  → \(delivery.id.destination)".styled(.green) + " answered \(attempt.status.map { "\($0)" } ?? "")")
                Terminal.print("      \(attempt.requestLine)")
                if let body = SentRequest(attempt)?.body, !body.isEmpty { Terminal.print("      \(body)") }
            } else {
                Terminal.print("  → \(delivery.id.destination) \(delivery.state.rawValue): \(delivery.reason ?? "")".styled(.yellow))
            }
        }
        Terminal.print()
    }

    /// The conversion in one line: `sale EUR 49.90, order_id ord_42, session_id rcs_7fKj2...`.
    private static func summary(_ conversion: Conversion) -> String {
        let money = conversion.exampleText("amount").map { " \($0)" } ?? ""
        let identifiers = Field.identifiers.compactMap { field in conversion.text(field).map { "\(field.name) \($0)" } }
        return "\(conversion.text(.type) ?? "conversion")\(money), \(identifiers.joined(separator: ", "))"
    }

    private func settled(_ id: ConversionID) async throws -> [DeliveryRow] {
        var rows: [DeliveryRow] = []
        for _ in 0..<500 {
            rows = try await store.deliveries(DeliveryFilter(conversion: id, ascending: true, limit: 100))
            if !rows.isEmpty, rows.allSatisfy({ $0.state != .pending }) { return rows }
            try await Task.sleep(for: .milliseconds(20))
        }
        return rows
    }
}
