import Foundation
import Testing

@testable import Gateway

struct DemoReportTests {
    /// Runs the demo's gateway against a sandbox that has these of its destinations.
    private func report(_ isThere: (String) -> Bool, _ change: @escaping (String) -> String = { $0 }) async throws -> Bool {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gateway-report-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = folder.appending(path: "demo.db").path
        let draft = try #require(SandboxFixture.configuration(store: store, change))
        let trackers = Sandbox.sources(impersonating: draft.destinations).filter { isThere($0.name) }
        return try await SandboxFixture.run(trackers) { sandbox, port, inbox in
            let configuration = try #require(SandboxFixture.configuration(sandbox: port, store: store, change))
            let store = try configuration.openStore(logger: SandboxFixture.logger)
            let gatewayPort = PortPromise()
            let service = GatewayService(configuration, store: store, logger: SandboxFixture.logger) { gatewayPort.fulfil($0) }
            let report = DemoReport(
                configuration: configuration, store: store, inbox: inbox, sandbox: sandbox, port: gatewayPort, keepsServing: false)
            #expect(!report.isComplete)
            try await service.run(with: [report])
            return report.isComplete
        }
    }

    @Test func `it is complete once every sample has arrived at every tracker`() async throws {
        #expect(try await report { _ in true })
    }

    @Test func `it is not complete if one tracker does not answer as itself`() async throws {
        #expect(try await !report { $0 != "to-trcker" })
    }
}
