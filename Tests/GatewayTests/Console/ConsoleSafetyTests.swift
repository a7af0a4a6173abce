import Foundation
import Mappings
import Testing

@testable import Gateway

extension EndToEnd {
    /// Who may look at the console, who may act, and what no stored value can do to a page.
    struct ConsoleSafetyTests {
        private static let configuration = ConfigurationText(
            sources: [.shop],
            to: [.tracker("main", "trcker", credentials: "{ postback_secret: s }", ["settings": "{ brand: b, offer: o }"])])

        private static func users() throws -> String {
            // As cheap as a file may have it: the cost is no part of these tests.
            let hash = try PasswordHash(of: "correct horse", cost: 10)
            return "{ ann: { password: \"\(hash)\", role: operator }, bob: { password: \"\(hash)\", role: viewer, payloads: false } }"
        }

        private static func signIn(_ browser: Browser, _ name: String, _ password: String = "correct horse") async throws -> Browser.Page {
            try await browser.post("/sign-in", ["name": name, "password": password, "to": "/dead"])
        }

        @Test func `every page has the headers that keep others out`() async throws {
            try await Workbench.browse(Self.configuration) { _, browser, _, _ in
                for path in ["/", "/find", "/dead", "/refused", "/trackers", "/workbench", "/actions", "/nowhere"] {
                    let page = try await browser.get(path)
                    #expect(page.status == (path == "/nowhere" ? 404 : 200), "\(path)")
                    let headers = Dictionary(page.headers.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
                    let policy = try #require(headers["content-security-policy"])
                    #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
                    #expect(!policy.contains("unsafe-inline"))
                    #expect(headers["x-content-type-options"] == "nosniff")
                    #expect(headers["cache-control"] == "no-store")
                    #expect(!page.text.contains("<script>") && !page.text.contains(" style=") && !page.text.contains("onclick="))
                    #expect(!page.text.contains("src=\"http") && !page.text.contains("href=\"http"), "\(path)")
                }
                let style = try await browser.get("/console.css")
                #expect(style.status == 200)
                #expect(try await browser.ask("HEAD", "/", [:], nil).text.isEmpty)
                let wrong = try await browser.ask("DELETE", "/dead", [:], nil)
                #expect(wrong.status == 403 || wrong.status == 405)
                #expect(try await browser.ask("PUT", "/", ["Origin": "http://127.0.0.1:\(browser.port)"], nil).status == 405)
            }
        }

        @Test func `a console without users answers to this machine's own names only, and to its own forms`() async throws {
            try await Workbench.browse(Self.configuration) { _, browser, _, _ in
                let page = try await browser.get("/", headers: ["Host": "evil.example"])
                #expect(page.status == 421)
                #expect(page.words.contains("The console without sign-in answers to 127.0.0.1 and localhost only."))
                #expect(try await browser.get("/", headers: ["Host": "localhost:8082"]).status == 200)
                let foreign = ["Origin": "http://evil.example"]
                #expect(try await browser.post("/destinations/main/pause", headers: foreign).status == 403)
                #expect(try await browser.post("/destinations/main/pause", headers: ["Sec-Fetch-Site": "cross-site"]).status == 403)
                let forged = try await browser.post("/destinations/main/pause", token: "guessed")
                #expect(forged.status == 403)
                #expect(forged.words.contains("This form did not come from a page of this console, or its page is too old."))
                #expect(try await browser.get("/").words.contains("Pause main"))
            }
        }

        @Test func `somebody signs in, and a wrong password gets one sentence`() async throws {
            try await Workbench.browse(Self.configuration, users: try Self.users()) { _, browser, _, _ in
                let first = try await browser.get("/dead")
                #expect(first.words.contains("Name Password Sign in"))
                #expect(try await browser.post("/destinations/main/pause").status == 401)
                for (name, password) in [("ann", "wrong"), ("nobody", "correct horse"), ("", "")] {
                    let page = try await Self.signIn(browser, name, password)
                    #expect(page.status == 401)
                    #expect(page.words.contains("This name and this password do not belong together."))
                    #expect(browser.cookie == nil)
                }
                let raw = await RawConnection.exchange(
                    browser.port,
                    "POST /sign-in HTTP/1.1\r\nHost: console\r\nConnection: close\r\nContent-Length: 31\r\n\r\nname=ann&password=correct+horse"
                )
                let cookie = try #require(raw.first.headers.first { $0.key.lowercased() == "set-cookie" }?.value)
                #expect(cookie.hasSuffix("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"))

                let page = try await Self.signIn(browser, "ann")
                #expect(page.words.contains("What did not arrive"))
                #expect(page.words.contains("ann, operator"))
                #expect(try await browser.post("/destinations/main/pause", token: "").status == 403)
                #expect(try await browser.post("/destinations/main/pause", ["to": "/"]).words.contains("Resume main"))
                #expect(try await browser.get("/actions").words.contains("ann 127.0.0.1 paused main"))
                let kept = browser.cookie
                _ = try await browser.post("/sign-out")
                browser.cookie = kept
                #expect(try await browser.get("/").words.contains("Sign in"))
            }
        }

        @Test func `a viewer looks and changes nothing, and sees nothing of the buyer if he is kept from it`() async throws {
            try await Workbench.browse(Self.configuration, users: try Self.users()) { bench, browser, port, _ in
                let email = #","customerEmail":"ann@example.com","note":"voucher-7""#
                #expect(try await Samples.sale("4711", more: email).post(port).status == 200)
                _ = try await bench.settled(1)
                _ = try await browser.get("/")
                let page = try await Self.signIn(browser, "bob")
                #expect(page.words.contains("bob, viewer"))
                let trace = try await browser.get("/find?q=4711")
                #expect(trace.words.contains("order 4711"))
                for hidden in ["ann@example.com", "voucher-7", "Send again", "POST /api"] {
                    #expect(!trace.text.contains(hidden), "\(hidden)")
                }
                #expect(try await browser.get("/replay?destination=main").status == 403)
                #expect(try await browser.get("/workbench").status == 403)
                let refused = try await browser.post("/destinations/main/pause")
                #expect(refused.status == 403)
                #expect(refused.words.contains("bob is a viewer and may only look."))
                #expect(try await bench.state(of: "main") != "paused")
            }
        }

        @Test func `a stored value is text on every page, whatever it holds`() async throws {
            try await Workbench.browse(Self.configuration) { bench, browser, port, _ in
                let order = #"4711<script>alert(1)</script>"#
                let json = #"\"><img src=x onerror=alert(2)>'&amp;\u202Eevil"#
                let long = String(repeating: "x", count: 10_000)
                let sale = Samples.sale(order, more: #","note":"\#(json)","long":"\#(long)""#)
                #expect(try await sale.post(port).status == 200)
                var lost = Samples.sale("<b>lost</b>")
                lost.body = lost.body.replacing("EUR", with: "<i>EUR</i>")
                #expect(try await lost.post(port).status == 400)
                _ = try await bench.settled(1)
                let id = try #require(try await bench.rows("conversions").first).text("id")
                let pages = [
                    "/", "/conversions/\(id)", "/find?q=4711%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/find?q=%3Cb%3Enobody%3C%2Fb%3E",
                    "/refused",
                    "/refused/1", "/dead", "/replay?delivery=\(id):main", "/workbench?pick=\(id)", "/%3Cscript%3E",
                ]
                for path in pages {
                    let text = try await browser.get(path).text
                    for markup in ["<script>", "<img", "<b>", "<i>", "\u{202E}"] { #expect(!text.contains(markup), "\(path) \(markup)") }
                }
                let trace = try await browser.get("/conversions/\(id)").text
                #expect(trace.contains("4711&lt;script&gt;alert(1)&lt;/script&gt;"))
                #expect(trace.contains(#"\u202eevil"#))
            }
        }
    }
}
