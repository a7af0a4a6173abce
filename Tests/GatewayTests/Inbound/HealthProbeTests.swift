import Mappings
import Rules
import Testing

@testable import Gateway

struct HealthProbeTests {
    @Test func `a gateway that stores and sends is ready`() async throws {
        let bench = IntakeBench([])
        for path in ["/healthz", "/readyz"] { #expect(await bench.send(.get(path)) == Answer(200, #"{"status":"ok"}"#)) }
        #expect(await bench.send(WireRequest(method: "POST", path: "/healthz")).headers == ["Allow": "GET"])
    }

    @Test func `a store that cannot be written is reported, looked at once a second`() async throws {
        let bench = IntakeBench([], workersProblem: "no worker has turned for 30s")
        bench.store.fail(StoreError(.full, "no space is left"))
        let expected = Answer(503, #"{"status":"unavailable","problems":["no space is left","no worker has turned for 30s"]}"#)
        #expect(await bench.send(.get("/readyz")) == expected)
        bench.store.fail(nil)
        #expect(await bench.send(.get("/readyz")) == expected)
        #expect(bench.store.state.withLock(\.checks) == 1)
        bench.time.pass(.seconds(1))
        #expect(await bench.send(.get("/readyz")).body == #"{"status":"unavailable","problems":["no worker has turned for 30s"]}"#)
        #expect(await bench.send(.get("/healthz")).status == 200)
    }
}
