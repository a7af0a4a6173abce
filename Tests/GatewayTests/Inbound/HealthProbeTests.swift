import Logging
import Mappings
import Rules
import Synchronization
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
        bench.store.fail(StoreError(.full, "no space is left at /var/lib/gateway"))
        let expected = Answer(503, #"{"status":"unavailable","problems":["the store has no space left","no worker has turned for 30s"]}"#)
        #expect(await bench.send(.get("/readyz")) == expected)
        bench.store.fail(nil)
        #expect(await bench.send(.get("/readyz")) == expected)
        #expect(bench.store.state.withLock(\.checks) == 1)
        bench.time.pass(.seconds(1))
        #expect(await bench.send(.get("/readyz")).body == #"{"status":"unavailable","problems":["no worker has turned for 30s"]}"#)
        #expect(await bench.send(.get("/healthz")).status == 200)
    }

    @Test func `a stranger gets the kind of problem, and the log has the rest once`() async throws {
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in
            LogRecord { event in lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") } }
        }
        let (store, time) = (MemoryIntakeStore(), IntakeBench.Time())
        let probe = HealthProbe(store: store, now: { time.now }, logger: logger, workersProblem: { nil })
        func body() async -> String {
            time.pass(.seconds(1))
            return String(decoding: await probe.reply(to: .get("/readyz")).wire.body, as: UTF8.self)
        }
        let secret = "PostgreSQL database 'gateway' at db.example:5432"
        for kind in StoreError.Kind.allCases {
            store.fail(StoreError(kind, "\(secret) is not reachable"))
            for _ in 0..<3 {
                let body = await body()
                #expect(body.contains("the store"))
                for word in ["db.example", "5432", "gateway'", "PostgreSQL"] { #expect(!body.contains(word), "\(kind)") }
            }
            #expect(lines.withLock { $0.count { $0.contains(secret) && $0.contains(kind.rawValue) } } == 1)
            store.fail(nil)
            #expect(await body() == #"{"status":"ok"}"#)
        }
        probe.couldNotStore(StoreError(.unreachable, secret), at: time.now)
        #expect(await body() == #"{"status":"unavailable","problems":["the store does not answer"]}"#)
    }
}
