import NIOCore
import NIOPosix
import NIOSSL
import Rules
import Testing

@testable import Gateway

/// Who is believed to be a tracker.
@Suite(.timeLimit(.minutes(15)))
struct TLSTests {
    private static let reply: [RawTracker.Step] = [
        .request, .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), .request,
        .send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"),
    ]

    /// Sends twice to a server with this certificate.
    private static func answers(
        _ pair: Certificates.Pair, trusting authority: String?, host: String = "localhost", newest: TLSVersion? = nil
    ) async throws -> (answers: [Result<String, ExchangeFailure>], connections: Int) {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(pair.certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: pair.key, format: .pem)))
        if let newest {
            configuration.minimumTLSVersion = .tlsv1
            configuration.maximumTLSVersion = newest
        }
        let context = try NIOSSLContext(configuration: configuration)
        let egress = Egress(
            allow: [try IPNetwork(parsing: "127.0.0.0/8")], trusting: try authority.map { try Certificates.bytes(of: $0) })
        return try await RawTracker.run(tls: context) { _ in
            Self.reply
        } body: { tracker in
            let client = TrackerClient(
                loop: MultiThreadedEventLoopGroup.singleton.any(), connections: 2, version: "1",
                lookups: HostLookups { _ in [try? SocketAddress(ipAddress: "127.0.0.1", port: 0)].compactMap(\.self) })
            let bench = TrackerClientTests.Bench(client: client, egress: egress, url: "https://\(host):\(tracker.port)/in")
            let answers = [await bench.send().map(\.text), await bench.send().map(\.text)]
            await client.close()
            return (answers, tracker.connections)
        }
    }

    @Test(arguments: [("localhost", "DNS:localhost"), ("127.0.0.1", "IP:127.0.0.1"), ("a.tracker.example", "DNS:*.tracker.example")])
    func `a certificate of a trusted authority for this host is believed, and its connection kept`(host: String, names: String) async throws
    {
        try await Certificates.use { certificates in
            let (answers, connections) = try await Self.answers(
                try certificates.signed(names), trusting: certificates.authority.certificate, host: host)
            #expect(answers == [.success("ok"), .success("yes")])
            #expect(connections == 1)
        }
    }

    private static func expect(_ reason: String, _ answers: [Result<String, ExchangeFailure>]) {
        for answer in answers {
            guard case .failure(let failure) = answer else {
                Issue.record("there was a reply")
                continue
            }
            #expect(failure.sentence.hasPrefix("tls handshake failed: \(reason)"), "\(failure.sentence)")
            #expect(failure.outcome == .connection)
        }
    }

    @Test func `an expired certificate is not believed`() async throws {
        try await Certificates.use { certificates in
            let pair = try certificates.signed("DNS:localhost", days: -1)
            Self.expect("the certificate expired at 20", try await Self.answers(pair, trusting: certificates.authority.certificate).answers)
        }
    }

    @Test func `the doctor reports an expired certificate as a delivery does`() async throws {
        try await Certificates.use { certificates in
            let pair = try certificates.signed("DNS:localhost", days: -1)
            let configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(pair.certificate).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: pair.key, format: .pem)))
            let egress = Egress(
                allow: [try IPNetwork(parsing: "127.0.0.0/8")],
                trusting: try Certificates.bytes(of: certificates.authority.certificate))
            try await RawTracker.run(tls: try NIOSSLContext(configuration: configuration)) { _ in
                Self.reply
            } body: { tracker in
                let origin = try #require(Origin(of: "https://localhost:\(tracker.port)"))
                let failure = await #expect(throws: ExchangeFailure.self) {
                    _ = try await DoctorDestinations.connect(
                        to: try SocketAddress(ipAddress: "127.0.0.1", port: tracker.port), origin, egress)
                }
                #expect(failure?.sentence.hasPrefix("tls handshake failed: the certificate expired at 20") == true)
            }
        }
    }

    @Test(arguments: [("localhost", "DNS:other.example"), ("127.0.0.1", "DNS:localhost"), ("tracker.example", "DNS:*.tracker.example")])
    func `a certificate for another host is not believed`(host: String, names: String) async throws {
        try await Certificates.use { certificates in
            let pair = try certificates.signed(names)
            Self.expect(
                "the certificate is for another host, not for '\(host)'",
                try await Self.answers(pair, trusting: certificates.authority.certificate, host: host).answers)
        }
    }

    @Test func `an authority that nobody named is not believed`() async throws {
        try await Certificates.use { certificates in
            let pair = try certificates.signed("DNS:localhost")
            let sentence = "the certificate is signed by nobody whom this machine trusts; name the authority's certificate in 'ca_file'"
            Self.expect(sentence, try await Self.answers(pair, trusting: nil).answers)
            try await Certificates.use { others in
                Self.expect(sentence, try await Self.answers(pair, trusting: others.authority.certificate).answers)
            }
        }
    }

    @Test func `tls 1_1 is not spoken`() async throws {
        try await Certificates.use { certificates in
            let pair = try certificates.signed("DNS:localhost")
            let answers = try await Self.answers(pair, trusting: certificates.authority.certificate, newest: .tlsv11).answers
            Self.expect("the other end does not speak tls 1.2 or later", answers)
            let newer = try await Self.answers(pair, trusting: certificates.authority.certificate, newest: .tlsv12).answers
            #expect(newer == [.success("ok"), .success("yes")])
        }
    }

    @Test(arguments: [
        ([RawTracker.Step.close], "the connection was closed"),
        ([.send("HTTP/1.1 400 Bad Request\r\n\r\n")], "the other end does not speak tls"),
    ])
    func `a server without tls is named`(steps: [RawTracker.Step], reason: String) async throws {
        try await RawTracker.run { _ in
            steps
        } body: { tracker in
            try await TrackerClientTests.client(port: tracker.port) { bench in
                let answer = await bench.send(url: bench.url.replacing("http:", with: "https:"))
                Self.expect(reason, [answer.map(\.text)])
            }
        }
    }

    @Test func `a handshake without end costs the timeout`() async throws {
        try await RawTracker.run { _ in
            []
        } body: { tracker in
            try await TrackerClientTests.client(port: tracker.port) { bench in
                let url = bench.url.replacing("http:", with: "https:")
                #expect(await bench.send(url: url, timeout: .seconds(1)) == .failure(.timeout(.seconds(1))))
                // None was opened if the machine was too busy to come to that.
                try await happens { tracker.closedByClient == tracker.connections }
            }
        }
    }
}
