import Mappings
import Testing

@testable import Rules

struct TokenLifeTests {
    private let start = Uptime(nanoseconds: 1_000_000_000)

    private func token(_ json: String) throws -> AccessToken {
        try AccessToken(Reply(status: 200, body: Array(json.utf8)), from: "auth.example", secrets: ["client-secret"])
    }

    private func value(_ step: TokenLife.Step) -> String? {
        if case .use(let token) = step { token.value } else { nil }
    }

    private func isFetch(_ step: TokenLife.Step) -> Bool {
        if case .fetch = step { true } else { false }
    }

    private func isWait(_ step: TokenLife.Step) -> Bool {
        if case .wait = step { true } else { false }
    }

    @Test func `one fetches and the others wait`() throws {
        var life = TokenLife()
        #expect(isFetch(life.next(at: start)))
        #expect(isWait(life.next(at: start)))
        _ = life.fetched(try token(#"{"access_token":"t-1","token_type":"Bearer"}"#), at: start)
        #expect(value(life.next(at: start)) == "t-1")
        // Without a lifetime it is used until it is refused.
        #expect(value(life.next(at: start + .seconds(1_000_000))) == "t-1")
    }

    @Test func `a fetch that failed is made again by the next`() {
        var life = TokenLife()
        #expect(isFetch(life.next(at: start)))
        let token = life.fetched(nil, at: start)
        #expect(token == nil)
        #expect(isFetch(life.next(at: start)))
    }

    @Test(arguments: [("3600", 3540_000), ("\"300\"", 270_000), ("5", 4_500)])
    func `it is renewed before it ends`(lifetime: String, useful: Int) throws {
        var life = TokenLife()
        _ = life.next(at: start)
        _ = life.fetched(try token(#"{"access_token":"t-1","expires_in":\#(lifetime)}"#), at: start)
        #expect(value(life.next(at: start + .milliseconds(useful - 1))) == "t-1")
        #expect(isFetch(life.next(at: start + .milliseconds(useful))))
    }

    @Test func `a refused token is renewed once, and again only after a pause`() throws {
        var life = TokenLife()
        _ = life.next(at: start)
        let first = try #require(life.fetched(try token(#"{"access_token":"t-1"}"#), at: start))
        // The second that was sent with it finds that somebody fetches another.
        let both = [life.refused(first, at: start), life.refused(first, at: start)]
        #expect(both == [true, true])
        #expect(isFetch(life.next(at: start)))
        let second = try #require(life.fetched(try token(#"{"access_token":"t-2"}"#), at: start))
        let late = life.refused(first, at: start)
        #expect(late)
        let soon = life.refused(second, at: start + .seconds(29))
        #expect(!soon)
        #expect(value(life.next(at: start + .seconds(29))) == "t-2")
        let afterPause = life.refused(second, at: start + .seconds(30))
        #expect(afterPause)
    }

    @Test func `the newest refresh token is kept`() throws {
        var life = TokenLife()
        _ = life.next(at: start)
        _ = life.fetched(try token(#"{"access_token":"t-1","refresh_token":"r-2"}"#), at: start)
        #expect(life.refreshToken == "r-2")
        _ = life.fetched(try token(#"{"access_token":"t-2"}"#), at: start)
        #expect(life.refreshToken == "r-2")
    }

    @Test(arguments: [
        (400, #"{"error":"invalid_grant","error_description":"Token has been revoked."}"#, "400: invalid_grant: Token has been revoked."),
        (401, #"{"error":"invalid_client","error_description":"no client-secret like this"}"#, "401: invalid_client: no *** like this"),
        (503, "", "503"),
        (200, "<html>", "200 with what is no JSON"),
        (200, #"{"token":"x"}"#, "200 without an 'access_token'"),
        (200, "{\"access_token\":\"a\\nb\"}", "200 with an 'access_token' that no header can carry"),
        (200, #"{"access_token":"x","token_type":"mac"}"#, "200 with a token of the type 'mac', and only Bearer is known"),
    ])
    func `an answer without a token says why, and no secret`(status: Int, body: String, sentence: String) {
        do throws(TokenFailure) {
            _ = try AccessToken(Reply(status: status, body: Array(body.utf8)), from: "auth.example", secrets: ["client-secret"])
            Issue.record("there is a token")
        } catch {
            #expect(error.sentence == "no access token: auth.example answered \(sentence)")
            #expect(error.status == status)
        }
    }

    @Test func `a server that does not answer is named`() {
        #expect(
            TokenFailure(.connectTimeout(.seconds(5)), from: "auth.example").sentence
                == "no access token from auth.example: it did not accept the connection within 5s")
        #expect(TokenFailure(.timeout(.seconds(1)), from: "auth.example").outcome == .timeout)
    }
}
