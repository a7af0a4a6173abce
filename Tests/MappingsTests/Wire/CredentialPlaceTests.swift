import Testing

@testable import Mappings

struct CredentialPlaceTests {
    private static func compile(_ credentials: String) throws -> Mapping {
        try Samples.compile(
            """
            tracker: Acme
            request: { method: GET, path: /p }
            credentials: \(credentials)
            fields: { click: { is: click_id } }
            """)
    }

    private static func presented(_ mapping: Mapping, _ header: (name: String, value: String)?) throws -> [String?] {
        let request = WireRequest(method: "GET", path: "/p", headers: header.map { [$0] } ?? [])
        let parsed = try mapping.parse(request)
        return mapping.credentials.map { $0.presented(in: parsed) }
    }

    /// RFC 7617 has these.
    @Test func `a user and a password are one header`() throws {
        let mapping = try Self.compile("{ user: { basic: user, identifies: true }, pass: { basic: password } }")
        #expect(try Self.presented(mapping, ("authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")) == ["Aladdin", "open sesame"])
        #expect(try Self.presented(mapping, ("Authorization", "basic dGVzdDoxMjPCow==")) == ["test", "123£"])
        #expect(try Self.presented(mapping, ("Authorization", "Basic dGVzdDoxOjI")) == ["test", "1:2"])
        for wrong in ["Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic", "Basic !!!!", "Basic dGVzdA==", "Basic /////zo="] {
            #expect(try Self.presented(mapping, ("Authorization", wrong)) == ["", ""], "\(wrong)")
        }
        #expect(try Self.presented(mapping, nil) == [nil, nil])
        let writer = try MappingWriter(mapping, url: "https://t.example", credentials: ["user": "Aladdin", "pass": "open sesame"])
        let conversion = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
        let request = try writer.write(conversion, at: Samples.receivedAt)
        #expect(request.headers.first { $0.name == "Authorization" }?.value == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        #expect(request.secretHeaders.contains("Authorization"))
        #expect(writer.secrets.contains("QWxhZGRpbjpvcGVuIHNlc2FtZQ=="))
        #expect(mapping.credentials[1].phrase == "the header Authorization as the password of 'Basic …'")
    }

    @Test func `a key alone is a user without a password`() throws {
        let mapping = try Self.compile("{ key: { basic: user } }")
        let writer = try MappingWriter(mapping, url: "https://t.example", credentials: ["key": "sk_1"])
        let conversion = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
        #expect(try writer.write(conversion, at: Samples.receivedAt).headers.contains { $0 == ("Authorization", "Basic c2tfMTo=") })
        #expect(try Self.presented(mapping, ("Authorization", "Basic c2tfMTo=")) == ["sk_1"])
    }

    @Test func `a header has words around its secret`() throws {
        let mapping = try Self.compile(#"{ key: { header: Authorization, form: "Token {value}" } }"#)
        #expect(try Self.presented(mapping, ("Authorization", "Token abc")) == ["abc"])
        #expect(try Self.presented(mapping, ("Authorization", "token  abc")) == ["abc"])
        for wrong in ["abc", "Bearer abc", "Token", "Token "] { #expect(try Self.presented(mapping, ("Authorization", wrong)) == [""]) }
        let signed = mapping.addingCredentials(["key": "abc"], to: WireRequest(method: "GET", path: "/p"), at: Samples.receivedAt)
        #expect(signed.header("Authorization") == "Token abc")
        #expect(mapping.credentials[0].phrase == "the header Authorization as 'Token …'")
    }
}
