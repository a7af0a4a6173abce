import Foundation
import Mappings
import Testing

@testable import Gateway

/// A gateway behind a proxy, and senders in front of both.
struct ProxyBench: Sendable {
    let bench: Workbench
    let proxy: RunningProxy
    let tracker: ScriptedTracker

    static let configuration = ConfigurationText(
        to: [.postback("main", "/postback?cid={click_id}&txid={order_id}")],
        ["trusted_proxies": "[127.0.0.1]", "request_id_header": "X-Request-ID"])

    /// One gateway whose port stays the same when it is started again.
    static func use(
        _ sample: ProxySample, _ configuration: ConfigurationText = configuration, change: (String) -> String = { $0 },
        _ body: (ProxyBench) async throws -> Void
    ) async throws {
        var configuration = configuration
        let port = try PostgresServer.freePort()
        configuration["listen"] = "127.0.0.1:\(port)"
        try await Workbench.use(configuration) { bench, tracker in
            try await RunningProxy.use(sample, before: [port], in: bench, change: change) { proxy in
                try await body(ProxyBench(bench: bench, proxy: proxy, tracker: tracker))
            }
        }
    }

    /// Two gateways on one PostgreSQL database.
    ///
    /// - Parameter body: gets what starts one of the two.
    static func useTwo(
        _ sample: ProxySample, _ configuration: ConfigurationText = configuration, server: PostgresServer,
        _ body: (ProxyBench, _ start: (_ number: Int) async throws -> GatewayProcess) async throws -> Void
    ) async throws {
        let database = try server.emptyDatabase()
        let ports = [try PostgresServer.freePort(), try PostgresServer.freePort()]
        var configuration = configuration
        configuration["store"] = server.url(database)
        try await Workbench.use(configuration) { bench, tracker in
            for (number, port) in ports.enumerated() {
                configuration["listen"] = "127.0.0.1:\(port)"
                try bench.write(configuration.text, to: number == 0 ? "gateway.yaml" : "gateway-\(number).yaml")
            }
            #expect(try await bench.run("migrate").status == 0)
            try await RunningProxy.use(sample, before: ports, in: bench) { proxy in
                try await body(ProxyBench(bench: bench, proxy: proxy, tracker: tracker)) { number in
                    let gateway = try bench.start("serve", "--config", number == 0 ? "gateway.yaml" : "gateway-\(number).yaml")
                    _ = try await gateway.port()
                    return gateway
                }
            }
        }
    }

    /// Through the proxy, with TLS and a connection of its own.
    func send(_ method: String, _ target: String, _ headers: [(String, String)] = [], body: String = "") async -> OutsideAnswer? {
        await send(method, Array(target.utf8), headers, body: body)
    }

    func send(_ method: String, _ target: [UInt8], _ headers: [(String, String)] = [], body: String = "") async -> OutsideAnswer? {
        let lines = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
        let length = method == "GET" ? "" : "Content-Length: \(body.utf8.count)\r\n"
        let bytes =
            Array("\(method) ".utf8) + target
            + Array(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(lines)\(length)\r\n\(body)".utf8)
        guard let authority = try? Certificates.bytes(of: proxy.authority),
            let origin = Origin(of: "https://localhost:\(proxy.port)")
        else { return nil }
        let connection = OutsideConnection(origin: origin, egress: Egress(trusting: authority), patience: .seconds(60))
        return try? await connection.exchange(bytes)
    }

    func send(_ sample: Sample) async -> OutsideAnswer? {
        await send(sample.method, sample.target, sample.headers, body: sample.body)
    }

    /// A gateway that serves, and that the proxy has found.
    func serve(_ body: (GatewayProcess, _ port: Int) async throws -> Void) async throws {
        try await bench.serve { gateway, port in
            try await answer(1)
            try await body(gateway, port)
        }
    }

    /// Waits until the proxy sends requests to so many gateways.
    func answer(_ gateways: Int) async throws {
        let origin = try #require(Origin(of: "https://localhost:\(proxy.port)"))
        let loaded = ConfigurationLoader.load(
            path: "\(bench.folder)/gateway.yaml", environment: ["TRACKER": "\(tracker.port)"],
            readFile: { try String(contentsOfFile: $0, encoding: .utf8) }, listFolder: { _ in [] })
        let configuration = try #require(loaded.configuration)
        let doctor = DoctorOutside(
            configuration, origin: origin, egress: Egress(trusting: try Certificates.bytes(of: proxy.authority)))
        var seen: Set<String> = []
        try await until {
            if let instance = await doctor.instance() { seen.insert(instance) }
            return seen.count == gateways
        }
    }

    /// A Trcker postback that names no order.
    static func nameless(_ click: String) -> String {
        "/api/postback/your-brand/offer-slug?secret=demo-postback-secret&click_id=\(click)&amount=5"
    }

    /// The click ids of all conversions.
    func clicks() async throws -> [String] { try await bench.rows("conversions").map { $0.text("click_id") } }
}

extension ProxyBench {
    /// The addresses of all requests as they are kept.
    func targets() async throws -> [String] {
        var targets: [String] = []
        for row in try await bench.rows("conversions") {
            let shown = try JSONValue(parsing: try await bench.run("conversions", "show", "--json", row.text("id")).output)
            targets.append(shown["request"]?.text("target") ?? "")
        }
        return targets
    }
}
