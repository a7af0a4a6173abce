import Testing

@testable import Gateway

struct PortProbeTests {
    @Test func `a port that somebody listens on is taken, and free afterwards`() async throws {
        let port = try await ScriptedTracker.run(ScriptedTracker.always(.reply(200))) { tracker in
            #expect(!PortProbe.isFree("127.0.0.1:\(tracker.port)"))
            return tracker.port
        }
        #expect(PortProbe.isFree("127.0.0.1:\(port)"))
    }

    @Test func `any free port is free`() {
        #expect(PortProbe.isFree("127.0.0.1:0"))
    }

    @Test(arguments: ["", "8080", "127.0.0.1:http", "http://localhost:80"])
    func `what is no address is not free`(text: String) {
        #expect(!PortProbe.isFree(text))
    }

    @Test func `an address of another machine is not free`() {
        #expect(!PortProbe.isFree("192.0.2.1:8080"))
    }

    @Test func `a name is left for the server to try`() {
        #expect(PortProbe.isFree("localhost:80"))
    }
}
