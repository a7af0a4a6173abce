import Mappings
import Rules
import Testing

@testable import Gateway

/// What a secret must look like for its place, and sources whose requests prove nothing.
struct SecretConfigurationTests {
    private static func findings(_ mapping: String, _ source: String, side: String = "sources") -> (source: SourceConfiguration?, [String])
    {
        var catalog = MappingCatalog()
        catalog.add(
            MappingCatalog.File(
                path: "acme.yaml",
                text: """
                    tracker: Acme
                    request: { method: POST, path: /p, body: json }
                    \(mapping)
                    fields: { click: { is: click_id }, at: { is: occurred_at, as: time(unix) } }
                    replies: { accepted: { status: 200 }, duplicate: { status: 208 } }
                    """))
        #expect(catalog.diagnostics.sorted.map(\.description) == [])
        let lines = source.split(separator: "\n").map { "    \($0)\n" }.joined()
        let (configuration, diagnostics) = ConfigurationFixture("\(side):\n  shop:\n    tracker: acme\n\(lines)").load(catalog: catalog)
        return (configuration?.sources.first, diagnostics.map { String($0.dropFirst(13)) })
    }

    @Test func `a source of a tracker without credentials has a warning, as one that is switched off`() {
        #expect(
            Self.findings("", "allow_ips: [203.0.113.1]").1 == [
                "2:3: warning: requests of source 'shop' are not checked: tracker 'acme' has no credential, so anyone could send in its name; "
                    + "set 'allow_ips', or give the mapping a credential"
            ])
        #expect(
            Self.findings("settings: { security_token: {} }", "settings: { security_token: abc }").1 == [
                "2:3: warning: requests of source 'shop' are not checked: tracker 'acme' has its secret 'security_token' under 'settings', "
                    + "which prove nothing; it belongs under 'credentials' of the mapping"
            ])
        #expect(Self.findings("credentials: { key: { query: key } }", "credentials: { key: k234567890123456 }").1 == [])
    }

    @Test func `a key that is not written as its mapping says is named, and not shown`() {
        let signed = "credentials: { key: { signs: true } }\nsignature: { key: key, key_is: base64, header: S, text: \"{raw_body}\" }"
        #expect(
            Self.findings(signed, "credentials: { key: \"whsec_no base64 at all!\" }\ntimestamp_tolerance: off").1 == [
                "4:25: error: credential 'key' of source 'shop' is the key of a signature and must be Base64, with or without a prefix such "
                    + "as 'whsec_'"
            ])
        #expect(
            Self.findings(signed, "credentials: { key: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw }\ntimestamp_tolerance: off").1 == [])
        #expect(
            Self.findings("credentials: { user: { basic: user } }", "credentials: { user: \"me:and-my-password\" }").1 == [
                "4:26: error: credential 'user' of source 'shop' is a user's name, which cannot hold ':'; the part behind it is the password"
            ])
    }

    @Test func `a signed timestamp has the mapping's tolerance, the source's own, or none`() throws {
        let signed = """
            credentials: { key: { signs: true } }
            signature: { key: key, header: S, form: "t={timestamp},v1={signature}", text: "{timestamp}.{raw_body}", tolerance: 5m }
            """
        let credentials = "credentials: { key: k234567890123456 }\n"
        func tolerance(_ rest: String) throws -> Duration? {
            let (source, findings) = Self.findings(signed, credentials + rest)
            #expect(findings == [])
            return try ReceivingSource(#require(source), routes: []).freshness?.tolerance
        }
        #expect(try tolerance("") == .seconds(300))
        #expect(try tolerance("replay_window: 1h") == .seconds(300))
        #expect(try tolerance("timestamp_tolerance: 1h") == .seconds(3600))
        #expect(try tolerance("timestamp_tolerance: off") == nil)
    }
}
