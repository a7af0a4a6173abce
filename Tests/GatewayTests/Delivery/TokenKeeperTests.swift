import Mappings
import NIOCore
import Rules
import Testing

@testable import Gateway

/// A destination that wants an access token, with its server on the same port.
@Suite(.timeLimit(.minutes(15)))
struct TokenKeeperTests {
    private func request(_ port: Int, grant: String = "client_credentials") throws -> TokenRequest {
        let text = """
            tracker: Ads
            request: { method: POST, path: /in, body: json }
            credentials: { access: { oauth2: \(grant), token_url: "http://127.0.0.1:\(port)/token", scope: "a b" } }
            fields: { id: { is: order_id } }
            replies: { accepted: { status: 200 }, duplicate: { status: 409 } }
            """
        let (mapping, diagnostics) = MappingCompiler.compile(text, name: "ads", file: "ads.yaml")
        let writer = try MappingWriter(
            try #require(mapping, "\(diagnostics)"), url: "http://127.0.0.1:\(port)",
            credentials: ["client_id": "my id", "client_secret": "my:secret", "refresh_token": "first-refresh"])
        return try #require(writer.token)
    }

    private func run(
        grant: String = "client_credentials", _ script: @escaping @Sendable (Int, ScriptedTracker.Received) -> ScriptedTracker.Answer,
        body: @escaping @Sendable (DeliveryHarness, ScriptedTracker) async throws -> Void
    ) async throws {
        try await ScriptedTracker.run(script) { tracker in
            try await DeliveryHarness.run([destination(tracker.port, grant: grant)]) { harness in try await body(harness, tracker) }
        }
    }

    private func destination(_ port: Int, grant: String, secrets: [String] = ["my:secret"]) throws -> Destination {
        let token = try request(port, grant: grant)
        var destination = Destination.local("a", port: port).with { sending in
            sending.token = token
            sending.rewrite { $0.headers.append(("Authorization", "Bearer ")) }
        }
        destination.tokens = TokenKeeper(token, secrets: secrets)
        return destination
    }

    private static func sent(_ tracker: ScriptedTracker) -> [String] {
        tracker.received.map { $0.uri == "/token" ? $0.body : $0.headers["Authorization"].joined() }
    }

    @Test func `one fetch is for all that wait, and its request is that of RFC 6749`() async throws {
        try await run { _, request in
            request.uri == "/token" ? .heldReply(body: #"{"access_token":"t-1","expires_in":3600}"#) : .reply(200)
        } body: { harness, tracker in
            harness.submit(DeliveryHarness.conversions(20), to: "a")
            try await harness.wait { tracker.holding == 1 && harness.dispatcher.activity["a"]?.inFlight == 20 }
            tracker.release()
            try await harness.letTimePass { harness.store.count(.delivered, at: "a") == 20 }
            #expect(tracker.received.count == 21)
            let first = try #require(tracker.received.first)
            #expect(first.body == "grant_type=client_credentials&scope=a%20b")
            // "my%20id:my%3Asecret"
            #expect(first.headers["Authorization"] == ["Basic bXklMjBpZDpteSUzQXNlY3JldA=="])
            #expect(Set(Self.sent(tracker).dropFirst()) == ["Bearer t-1"])
        }
    }

    @Test func `it is renewed before it ends`() async throws {
        try await run { number, request in
            request.uri == "/token" ? .reply(200, body: #"{"access_token":"t-\#(number)","expires_in":100}"#) : .reply(200)
        } body: { harness, tracker in
            for wait in [Duration.seconds(89), .seconds(2), .zero] {
                let conversion = DeliveryHarness.conversion()
                harness.submit([conversion], to: "a")
                try await harness.wait { harness.store[conversion, "a"]?.state == .delivered }
                harness.clock.advance(by: wait)
            }
            let token = "grant_type=client_credentials&scope=a%20b"
            #expect(Self.sent(tracker) == [token, "Bearer t-1", "Bearer t-1", token, "Bearer t-4"])
        }
    }

    @Test func `a 401 renews it once, with the newest refresh token`() async throws {
        try await run(grant: "refresh_token") { number, request in
            switch request.headers["Authorization"].first {
            case "Bearer token-1": .reply(401)
            case "Bearer token-3": .reply(number == 4 ? 200 : 401, body: "token-3 is old")
            default: .reply(200, body: #"{"access_token":"token-\#(number)","refresh_token":"after-\#(number)"}"#)
            }
        } body: { harness, tracker in
            let conversions = DeliveryHarness.conversions(2)
            harness.submit([conversions[0]], to: "a")
            try await harness.wait { harness.store[conversions[0], "a"]?.state == .delivered }
            #expect(
                Self.sent(tracker) == [
                    "grant_type=refresh_token&refresh_token=first-refresh&scope=a%20b", "Bearer token-1",
                    "grant_type=refresh_token&refresh_token=after-1&scope=a%20b", "Bearer token-3",
                ])
            #expect(harness.store[conversions[0], "a"]?.results.count == 1)
            // The new one is refused as well: that is the tracker's answer.
            harness.submit([conversions[1]], to: "a")
            try await harness.wait { harness.store[conversions[1], "a"]?.state == .rejected }
            #expect(tracker.received.count == 5)
            #expect(harness.store[conversions[1], "a"]?.results.last?.reason == "tracker answered 401: *** is old")
        }
    }

    @Test func `a server that fails is a failed attempt, and the schedule goes on`() async throws {
        try await run { number, request in
            guard request.uri == "/token" else { return .reply(200) }
            return number == 1
                ? .reply(400, body: #"{"error":"invalid_client","error_description":"my:secret is wrong"}"#)
                : .reply(200, body: #"{"access_token":"t-1"}"#)
        } body: { harness, tracker in
            let conversion = DeliveryHarness.conversion()
            harness.submit([conversion], to: "a")
            try await harness.letTimePass { harness.store[conversion, "a"]?.state == .delivered }
            let results = harness.store[conversion, "a"]?.results ?? []
            #expect(results.map(\.state) == [.pending, .delivered])
            let host = "127.0.0.1:\(tracker.port)"
            #expect(
                results.first?.reason
                    == "no access token: \(host) answered 400: invalid_client: *** is wrong; attempt 1 of 3, next in 20ms")
            let row = try #require(results.first?.attempt)
            #expect(row.requestLine == "POST http://\(host)/token")
            #expect(row.request == nil)
            #expect(row.status == 400)
            #expect(row.outcome == .retry)
            #expect(results.last?.attempt?.request?.hasPrefix("X-Id: ") == true)
        }
    }

    @Test func `a new configuration keeps the token and the newest refresh token, unless the credentials are others`() async throws {
        try await run(grant: "refresh_token") { number, request in
            switch request.headers["Authorization"].first {
            case "Bearer token-1" where number > 3: .reply(401)
            case .some: .reply(200)
            case nil: .reply(200, body: #"{"access_token":"token-\#(number)","refresh_token":"after-\#(number)"}"#)
            }
        } body: { harness, tracker in
            let send = {
                let conversion = DeliveryHarness.conversion()
                harness.submit([conversion], to: "a")
                try await harness.wait { harness.store[conversion, "a"]?.state == .delivered }
            }
            try await send()
            harness.dispatcher.reconfigure([try destination(tracker.port, grant: "refresh_token")])
            try await send()
            try await send()
            harness.dispatcher.reconfigure([try destination(tracker.port, grant: "refresh_token", secrets: ["my:secret", "another"])])
            try await send()
            let fetch = "grant_type=refresh_token&refresh_token="
            #expect(
                Self.sent(tracker) == [
                    "\(fetch)first-refresh&scope=a%20b", "Bearer token-1", "Bearer token-1", "Bearer token-1",
                    "\(fetch)after-1&scope=a%20b", "Bearer token-5", "\(fetch)first-refresh&scope=a%20b", "Bearer token-7",
                ])
        }
    }

    @Test func `a refresh token that the server gave is not shown if its answer repeats it`() async throws {
        try await run(grant: "refresh_token") { number, request in
            switch request.headers["Authorization"].first {
            case "Bearer token-1": .reply(401)
            case .some: .reply(200)
            case nil where number == 3: .reply(400, body: #"{"error":"invalid_grant","error_description":"after-1 was revoked"}"#)
            case nil: .reply(200, body: #"{"access_token":"token-\#(number)","refresh_token":"after-\#(number)"}"#)
            }
        } body: { harness, tracker in
            let conversion = DeliveryHarness.conversion()
            harness.submit([conversion], to: "a")
            try await harness.letTimePass { harness.store[conversion, "a"]?.state == .delivered }
            let failed = try #require(harness.store[conversion, "a"]?.results.first)
            #expect(
                failed.reason?.hasPrefix("no access token: 127.0.0.1:\(tracker.port) answered 400: invalid_grant: *** was revoked; ")
                    == true)
            #expect(failed.attempt?.reply.contains("after-1") == false)
        }
    }
}
