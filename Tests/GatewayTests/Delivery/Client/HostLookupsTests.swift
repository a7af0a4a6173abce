import Dispatch
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Gateway

struct HostLookupsTests {
    /// A name server that answers everything but what begins with "slow", which it holds until it is let go.
    private final class NameServer: Sendable {
        private let asked = Mutex<[String]>([])
        private let isHolding = Mutex(true)
        private let gate = DispatchSemaphore(value: 0)

        func count(_ host: String) -> Int { asked.withLock { $0.count { $0 == host } } }

        func letGo() {
            isHolding.withLock { $0 = false }
            gate.signal()
        }

        func lookup(_ host: String) -> [SocketAddress] {
            asked.withLock { $0.append(host) }
            if host.hasPrefix("slow"), isHolding.withLock(\.self) {
                gate.wait()
                gate.signal()
            }
            let last = host.hasSuffix(".example") ? 1 : host.utf8.count
            return [try? SocketAddress(ipAddress: "127.0.0.\(last)", port: 0)].compactMap(\.self)
        }
    }

    private let group = MultiThreadedEventLoopGroup.singleton

    @Test func `a name that hangs is asked for once for all loops, and holds no other name`() async throws {
        let server = NameServer()
        let lookups = HostLookups { server.lookup($0) }
        let waiting = (0..<200).map { _ in lookups.addresses(of: "slow", on: group.next()) }
        for number in 0..<50 {
            let host = "fast-\(number)"
            let found = try await lookups.addresses(of: host, on: group.next()).get()
            #expect(found.map(\.ipAddress) == ["127.0.0.\(host.utf8.count)"])
        }
        #expect(server.count("slow") <= 1)
        server.letGo()
        for future in waiting { #expect(try await future.get().map(\.ipAddress) == ["127.0.0.4"]) }
        #expect(server.count("slow") == 1)
        // It is not remembered here.
        _ = try await lookups.addresses(of: "slow", on: group.next()).get()
        #expect(server.count("slow") == 2)
    }

    @Test func `as many names may hang as there are threads but one, and all are answered in the end`() async throws {
        let server = NameServer()
        let lookups = HostLookups(threads: 4) { server.lookup($0) }
        let hanging = ["slow", "slow-1", "slow-22"].map { lookups.addresses(of: $0, on: group.next()) }
        let found = try await lookups.addresses(of: "fast", on: group.next()).get()
        #expect(found.map(\.ipAddress) == ["127.0.0.4"])
        let more = ["slow-333", "slow-4444", "fast-5"].map { lookups.addresses(of: $0, on: group.next()) }
        server.letGo()
        for future in hanging + more { #expect(try await !future.get().isEmpty) }
    }

    @Test func `a destination whose name hangs does not hold another, on any loop`() async throws {
        let server = NameServer()
        let lookups = HostLookups { server.lookup($0) }
        try await RawTracker.run { _ in
            [.request, .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")]
        } body: { tracker in
            // More clients than there were threads for lookups.
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<16 {
                    tasks.addTask {
                        try await TrackerClientTests.client(port: 80, host: "slow.example", lookups: lookups) { bench in
                            #expect(await bench.send(timeout: .milliseconds(100)) == .failure(.timeout(.milliseconds(100))))
                        }
                    }
                }
                try await tasks.waitForAll()
            }
            try await TrackerClientTests.client(port: tracker.port, host: "tracker.example", lookups: lookups) { try await $0.expect("ok") }
            #expect(server.count("slow.example") == 1)
        }
        server.letGo()
    }
}
