import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Gateway

/// Which addresses connections go to, and which not.
@Suite(.timeLimit(.minutes(15)))
struct EgressTests {
    private static let reply: [RawTracker.Step] = [.request, .send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")]

    /// Answers with these addresses and counts how often it is asked.
    private static func lookup(_ addresses: [String], count: Counter = Counter()) -> HostLookups.Lookup {
        { _ in
            count.add()
            return addresses.compactMap { try? SocketAddress(ipAddress: $0, port: 0) }
        }
    }

    private final class Counter: Sendable {
        private let value = Atomic(0)
        func add() { value.add(1, ordering: .relaxed) }
        var count: Int { value.load(ordering: .relaxed) }
    }

    @Test(arguments: ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "[::ffff:127.0.0.1]", "localhost"])
    func `no spelling of this machine gets past the rule`(host: String) async throws {
        try await RawTracker.run { _ in
            Self.reply
        } body: { tracker in
            try await TrackerClientTests.client(port: tracker.port, host: host, allow: []) { bench in
                guard case .failure(let failure) = await bench.send() else {
                    Issue.record("there was a reply")
                    return
                }
                #expect(failure.sentence.contains(" is loopback; add "))
                #expect(failure.sentence.hasSuffix(" to 'allow_networks' of the destination if that is meant"))
                #expect(failure.outcome == .refusedAddress)
            }
            #expect(tracker.connections == 0)
            let isAllowed = host == "localhost" ? ["127.0.0.0/8", "::1"] : ["127.0.0.0/8"]
            try await TrackerClientTests.client(port: tracker.port, host: host, allow: isAllowed) { bench in
                try await bench.expect("ok")
            }
        }
    }

    @Test func `a name that leads to a private address is refused with the setting that allows it`() async throws {
        try await TrackerClientTests.client(port: 80, host: "tracker.example", lookups: HostLookups(lookup: Self.lookup(["10.1.2.3"]))) {
            bench in
            guard case .failure(let failure) = await bench.send() else {
                Issue.record("there was a reply")
                return
            }
            #expect(
                failure.sentence
                    == "host 'tracker.example' has the address 10.1.2.3, which is private; add 10.0.0.0/8 to 'allow_networks' of the destination if "
                    + "that is meant")
        }
    }

    @Test func `of a name's addresses only those that are allowed are tried, each in turn`() async throws {
        try await RawTracker.run { _ in
            Self.reply
        } body: { tracker in
            // Nobody listens on the second.
            let lookup = Self.lookup(["10.0.0.1", "127.0.0.2", "127.0.0.1"])
            try await TrackerClientTests.client(port: tracker.port, host: "tracker.example", lookups: HostLookups(lookup: lookup)) {
                bench in
                try await bench.expect("ok")
            }
        }
        try await TrackerClientTests.client(
            port: 1, host: "tracker.example", lookups: HostLookups(lookup: Self.lookup(["127.0.0.2", "127.0.0.3"]))
        ) { bench in
            #expect(await bench.send() == .failure(.refused(address: "tracker.example:1")))
        }
    }

    @Test func `a name is asked for once in half a minute, and once at a time`() async throws {
        let counter = Counter()
        try await RawTracker.run { _ in
            Self.reply
        } body: { tracker in
            let lookup = Self.lookup(["127.0.0.1"], count: counter)
            try await TrackerClientTests.client(port: tracker.port, host: "tracker.example", lookups: HostLookups(lookup: lookup)) {
                bench in
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 { group.addTask { #expect((try? await bench.reply().text) == "ok") } }
                }
                try await bench.expect("ok")
                #expect(tracker.connections == 5)
            }
        }
        #expect(counter.count == 1)
    }

    @Test func `a name server that hangs costs the timeout`() async throws {
        let (mayAnswer, hasAnswered) = (DispatchSemaphore(value: 0), Flag())
        let lookup: HostLookups.Lookup = { _ in
            mayAnswer.wait()
            hasAnswered.raise()
            return []
        }
        try await TrackerClientTests.client(port: 80, host: "slow.example", lookups: HostLookups(lookup: lookup)) { bench in
            #expect(await bench.send(timeout: .milliseconds(100)) == .failure(.timeout(.milliseconds(100))))
            #expect(!hasAnswered.isRaised, "nobody waited for the name server")
            mayAnswer.signal()
        }
    }

    @Test func `connections of one destination are not lent to another`() async throws {
        let keep: [RawTracker.Step] = Array(repeating: [.request, .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")], count: 9)
            .flatMap(\.self)
        try await RawTracker.run { _ in
            keep
        } body: { tracker in
            try await TrackerClientTests.client(port: tracker.port) { bench in
                try await bench.expect("ok")
                let strict = TrackerClientTests.Bench(client: bench.client, egress: Egress(), url: bench.url)
                guard case .failure(.refusedAddress) = await strict.send() else {
                    Issue.record("an open connection was lent")
                    return
                }
            }
            #expect(tracker.connections == 1)
        }
    }
}
