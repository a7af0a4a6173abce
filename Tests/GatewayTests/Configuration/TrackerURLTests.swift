import Testing

@testable import Gateway

struct TrackerURLTests {
    @Test(arguments: [
        "https://app.example.com", "http://127.0.0.1:8081", "https://[::1]:8443/base/path", "https://example.com/",
        "http://localhost:80/a%20b",
    ])
    func `scheme, host, port and path are taken`(text: String) throws {
        #expect(try TrackerURL(parsing: text).text == text)
    }

    @Test(arguments: [
        ("t.example", "'url' begins with https:// or http://, such as https://app.example.com"),
        ("ftp://t.example", "'url' begins with https:// or http://, such as https://app.example.com"),
        ("https://", "'url' has no host; write it as https://app.example.com"),
        ("https:///path", "'url' has no host; write it as https://app.example.com"),
        ("https://:80", "'url' has no host; write it as https://app.example.com"),
        (
            "https://t.example/?token=hunter2",
            "'url' ends with the path, and the mapping writes the query; take away what follows '?' or '#'"
        ),
        ("https://t.example/#a", "'url' ends with the path, and the mapping writes the query; take away what follows '?' or '#'"),
        ("https://me:hunter2@t.example", "'url' must not hold a user or password; they belong under 'credentials'"),
        ("https://t.example@evil.example", "'url' must not hold a user or password; they belong under 'credentials'"),
        (
            "https://t.example/{click_id}",
            "'url' has no macros, the mapping writes the rest; for a URL with macros use postback_url instead of tracker"
        ),
        ("https://t.example:0", "the port of 'url' must be a whole number from 1 to 65535, found '0'"),
        ("https://t.example:99999/a", "the port of 'url' must be a whole number from 1 to 65535, found '99999'"),
        ("https://1.2.3.256", "the host of 'url' must be a name or an address, found '1.2.3.256'"),
        ("https://-a.example", "the host of 'url' must be a name or an address, found '-a.example'"),
        ("https://[::1", "the host of 'url' must be a name or an address, found '[::1'"),
        ("https://t.example/a b", "'url' must not hold ' '; percent-encode it"),
        ("https://t.example/a\r\nHost: x", "'url' must not hold '\\r\\n'; percent-encode it"),
        ("https://tä.example", "'url' must not hold 'ä'; percent-encode it"),
    ])
    func `anything else is refused with the rule, and without what may be secret`(text: String, message: String) {
        #expect(throws: TrackerURL.Failure(message: message)) { try TrackerURL(parsing: text) }
    }

    @Test(arguments: [
        ("https://t.example/api/postback", "/api/postback/b/o", "/api/postback"), ("https://t.example/api/", "/api/postback/b/o", "/api"),
        ("https://t.example/x/api/postback/b", "/api/postback/b/o", "/api/postback/b"),
        ("https://t.example:8443/api/v1/conversions/refund", "/api/v1/conversions/postback", "/api/v1/conversions"),
        ("https://t.example/v1", "/v1/event", "/v1"),
    ])
    func `the part of the tracker's own path that the url has already is found`(url: String, path: String, part: String) throws {
        #expect(try TrackerURL(parsing: url).part(of: path) == part)
    }

    @Test(arguments: [
        ("https://t.example", "/api/postback/b/o"), ("https://t.example/", "/v1/event"), ("https://t.example/base", "/v1/event"),
        // The writer leaves the whole path out.
        ("https://t.example/v1/event", "/v1/event"), ("https://t.example/v1/shop", "/v1/event"), ("https://v1", "/v1/event"),
        ("https://t.example/api/base", "/api/v1/x"),
    ])
    func `a url that only looks a little like the path is left alone`(url: String, path: String) throws {
        #expect(try TrackerURL(parsing: url).part(of: path) == nil)
    }
}
