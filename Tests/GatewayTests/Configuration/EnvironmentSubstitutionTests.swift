import Mappings
import Testing

@testable import Gateway

struct EnvironmentSubstitutionTests {
    private static let environment = ["NAME": "value", "EMPTY": "", "TRICKY": "a: b # c\n- \"${NAME}\"", "NULL": "null", "_x1": "under"]

    /// The value of `key:` after the substitution.
    private static func expand(_ yaml: String) throws -> (text: String?, isNull: Bool, findings: [String]) {
        var diagnostics = Diagnostics()
        let root = try #require(YAMLReader.read("key: \(yaml)", file: "f", into: &diagnostics))
        var substitution = EnvironmentSubstitution(environment)
        let node = substitution.apply(to: root)["key"]
        return (node?.scalar, node?.isNull ?? false, (diagnostics.sorted + substitution.diagnostics.sorted).map(\.description))
    }

    @Test(arguments: [
        ("${NAME}", "value"), ("'${NAME}'", "value"), ("\"a-${NAME}-${_x1}\"", "a-value-under"), ("a$NAME", "a$NAME"),
        ("$${NAME}", "${NAME}"),
        ("$$${NAME}", "$${NAME}"), ("a$${", "a${"), ("${NONE:-other}", "other"), ("${NONE:-}", ""), ("${EMPTY}", ""),
        ("${EMPTY:-other}", "other"),
        ("${NAME:-other}", "value"), ("\"${NONE:-https://t/?cid={click_id}&n=1}\"", "https://t/?cid={click_id}&n=1"),
        ("${NONE:-${NAME}}", "value"), ("${NONE:-${EMPTY:-deep}}", "deep"), ("${NONE:-a:-b}", "a:-b"),
        ("${TRICKY}", "a: b # c\n- \"${NAME}\""),
        ("\"{click_id}\"", "{click_id}"),
    ])
    func `variables are put into a value in one pass`(yaml: String, text: String) throws {
        let (found, _, findings) = try Self.expand(yaml)
        #expect(found == text)
        #expect(findings == [])
    }

    @Test(arguments: ["${NULL}", "${EMPTY}", "${NONE:-null}", "${NONE:-~}"])
    func `a variable never becomes null`(yaml: String) throws {
        #expect(try Self.expand(yaml).isNull == false)
    }

    @Test(arguments: [
        ("${NONE}", "f:1:6: error: environment variable 'NONE' is not set; set it or write ${NONE:-default}"),
        ("'ab${NONE}'", "f:1:9: error: environment variable 'NONE' is not set; set it or write ${NONE:-default}"),
        ("ab${OTHER:-${NONE}}", "f:1:17: error: environment variable 'NONE' is not set; set it or write ${NONE:-default}"),
        ("a${NAME", "f:1:7: error: the '${' here has no closing '}'; write $${ for the characters themselves"),
        (
            "${a-b}",
            "f:1:6: error: '${a-b}' is no environment variable; write ${NAME} or ${NAME:-default}, or $${ for the characters themselves"
        ),
        ("${}", "f:1:6: error: '${}' is no environment variable; write ${NAME} or ${NAME:-default}, or $${ for the characters themselves"),
        (
            "${1A}",
            "f:1:6: error: '${1A}' is no environment variable; write ${NAME} or ${NAME:-default}, or $${ for the characters themselves"
        ),
        ("|\n  a\n  ${NONE}", "f:1:6: error: environment variable 'NONE' is not set; set it or write ${NONE:-default}"),
    ])
    func `a variable that cannot be put in is reported at its place`(yaml: String, finding: String) throws {
        #expect(try Self.expand(yaml).findings == [finding])
    }

    @Test func `missing variables are reported all at once and their values give no further errors`() {
        let text = """
            listen: ${LISTEN}
            sources: { "${NOT_A_VARIABLE}": { tracker: "${T}", credentials: { api_key: "${A}${B}" } } }
            trusted_proxies: ["${P}"]
            limits: { body: "${L}" }
            """
        #expect(
            ConfigurationFixture(text).findings == [
                "1:9: error: environment variable 'LISTEN' is not set; set it or write ${LISTEN:-default}",
                "2:12: error: the name of a source has letters, digits, '-', '_' and '.' only and begins with a letter or digit, found "
                    + "'${NOT_A_VARIABLE}'",
                "2:45: error: environment variable 'T' is not set; set it or write ${T:-default}",
                "2:77: error: environment variable 'A' is not set; set it or write ${A:-default}",
                "2:81: error: environment variable 'B' is not set; set it or write ${B:-default}",
                "3:20: error: environment variable 'P' is not set; set it or write ${P:-default}",
                "4:18: error: environment variable 'L' is not set; set it or write ${L:-default}",
            ])
    }

    @Test func `a variable that breaks a postback_url is not shown`() {
        func findings(_ url: String, _ value: String) -> [String] {
            let text =
                "sources: { s: { tracker: acme, credentials: { api_key: k234567890123456 } } }\ndestinations: { d: { postback_url: \"\(url)\" } }\n"
                + "routes: [{ from: s, to: d }]"
            return ConfigurationFixture(text, environment: ["URL": value]).findings
        }
        #expect(findings("${URL}?cid={click_id}", "https://t.example/secret") == [])
        #expect(
            findings("${URL}?cid={click_id}", "t.example/secret") == [
                "2:36: error: a postback_url begins with https:// or http://, found '***?cid={click_id}'"
            ])
        #expect(
            findings("https://t.example/${URL}?cid={click_id}", "{secret") == [
                "2:36: error: the '{' in '***' has no closing '}'"
            ])
        // The whole URL may be in a variable.
        #expect(findings("${URL}", "https://t.example/p?cid={click_id}&key=secret") == [])
        #expect(findings("${URL}", "t.example/secret") == ["2:36: error: a postback_url begins with https:// or http://, found '***'"])
        #expect(findings("${URL}", "") == ["2:36: error: a postback_url begins with https:// or http://, found ''"])
        #expect(
            findings("${URL}", "https://t.example/secret") == [
                "2:36: error: this postback_url has no macro, so every conversion would look the same; write cid={click_id}"
            ])
        #expect(
            findings("${URL}", "https://t.example/p?cid={clik_id}&x=1") == [
                "2:36: error: unknown macro '***' in a postback_url; did you mean '{click_id}'?"
            ])
    }
}
