import Foundation
import Mappings
import Rules
import Testing

@testable import Gateway

struct SandboxTests {
    @Test func `it impersonates each destination that is a tracker, with the credentials that it is sent`() throws {
        let configuration = try #require(
            SandboxFixture.configuration {
                $0.replacing("destinations:", with: "destinations:\n  plain: { postback_url: \"https://t.example/?cid={click_id}\" }")
            })
        let sources = Sandbox.sources(impersonating: configuration.destinations)
        #expect(sources.map(\.name) == ["to-refcampaign", "to-refvenue", "to-refersion", "to-trcker", "to-rs-traffic"])
        #expect(sources.first?.credentials == ["api_key": "rc_test_sandbox"])
        #expect(sources.allSatisfy { $0.openCredentials.isEmpty })
        #expect(sources[3].settings["brand"] == .text("demo-brand"))
    }

    @Test func `alone it impersonates every tracker under its own name and takes any credentials`() {
        let sources = Sandbox.openSources(of: .builtIn)
        #expect(sources.map(\.name) == MappingCatalog.builtIn.mappings.filter { $0.sides.contains(.destination) }.map(\.name))
        for source in sources {
            #expect(source.credentials.isEmpty)
            #expect(source.openCredentials == Set(source.mapping.credentials.map(\.name)))
        }
    }

    @Test func `each tracker answers its own sample as its page says, and a repeat as a duplicate`() async throws {
        let demo = try #require(SandboxFixture.configuration())
        // The documented samples, from those who send them.
        try await SandboxFixture.run(demo.sources) { _, port, inbox in
            let replies: [(Sample, first: String, again: String)] = [
                (
                    Samples.refCampaign, #"200 {"success":true,"conversionId":"ID"}"#,
                    #"200 {"success":true,"conversionId":"ID","message":"Conversion already tracked"}"#
                ),
                (Samples.trcker, #"200 {"data":{"status":"ok","conversionId":"ID"}}"#, #"200 {"data":{"status":"duplicate"}}"#),
                (Samples.rsTraffic, #"200 {"status":"ok","id":"ID"}"#, #"200 {"status":"duplicate","id":"ID"}"#),
            ]
            for (sample, first, again) in replies {
                let answer = try await sample.post(port)
                let id = try #require(inbox.take()[sample.source]?.id)
                #expect("\(answer.status) \(answer.body)".replacing("\(id)", with: "ID") == first)
                let repeated = try await sample.post(port)
                #expect("\(repeated.status) \(repeated.body)".replacing("\(id)", with: "ID") == again)
                // Nothing came to be of the repeat.
                #expect(inbox.take().isEmpty)
            }
            for sample in [Samples.refVenue, Samples.refersion] {
                #expect(try await sample.post(port).status == 200)
                #expect(inbox.take().keys.sorted() == [sample.source])
            }
        }
    }

    @Test func `wrong credentials and wrong paths are refused, and nothing is handed over`() async throws {
        let demo = try #require(SandboxFixture.configuration())
        try await SandboxFixture.run(demo.sources) { _, port, inbox in
            let wrong = try await Samples.sale("o-1", key: "wrong").post(port)
            #expect(wrong.status == 401)
            let lost = Sample(source: "shop", target: "/nowhere", headers: [Samples.json], body: "{}")
            #expect(try await lost.post(port).status == 404)
            #expect(inbox.take().isEmpty)
        }
    }

    @Test func `a tracker answers below its name too, as destinations address it`() async throws {
        try await SandboxFixture.run(Sandbox.openSources(of: .builtIn)) { sandbox, port, inbox in
            var sample = Samples.sale("o-1", key: "any-key")
            sample.target = "/refcampaign" + sample.target
            #expect(try await sample.post(port).status == 200)
            let received = try #require(inbox.take()["refcampaign"])
            #expect(received[.orderID] == .text("o-1"))
            let request = try #require(try await sandbox.request(of: received))
            #expect(request.method == "POST")
            #expect(String(decoding: request.body, as: UTF8.self) == sample.body)
            #expect(!request.headers.contains { "\($0)".contains("any-key") })
        }
    }

    @Test func `a correction is handed over as the conversion that it leaves`() async throws {
        let demo = try #require(SandboxFixture.configuration())
        try await SandboxFixture.run(demo.sources) { _, port, inbox in
            #expect(try await Samples.sale("o-1").post(port).status == 200)
            let sale = try #require(inbox.take()["shop"])
            #expect(try await CorrectionFixture.refund("o-1").post(port).status == 200)
            // It is handed over after the reply.
            let seen = try await eventually { inbox.take()["shop"] }
            let refunded = try #require(seen)
            #expect(refunded[.orderID] == sale[.orderID])
            #expect(refunded[.status] == .text("refunded"))
        }
    }

    @Test func `its store goes with it`() async throws {
        let sandbox = try Sandbox(
            sources: Sandbox.openSources(of: .builtIn), listen: ListenAddress(host: "127.0.0.1", port: 0), logger: SandboxFixture.logger,
            onListening: { _ in }, onReceived: { _ in })
        let path = sandbox.store.path
        #expect(FileManager.default.fileExists(atPath: path))
        await sandbox.clear()
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
