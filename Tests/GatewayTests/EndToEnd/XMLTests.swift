import Crypto
import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// A tracker that speaks XML: orders and refunds at one address, signed and with a key in the body, answered in XML, in and out.
    struct XMLTests {
        private static let shelf = """
            tracker: Shelf
            request: { method: POST, path: /orders, body: xml, root: order, if: 'root == "order"' }
            credentials:
              key: { body: key }
              secret: { signs: true }
            signature: { key: secret, header: X-Signature, text: "{raw_body}" }
            fields:
              "@id": { is: order_id, required: true }
              click: { is: click_id, required: true }
              total.@currency: { is: currency, default: EUR }
              total.$: { is: amount, as: "money(major)" }
              "lines.line[].sku": { is: "items[].sku" }
              "lines.line[].price": { is: "items[].unit_price" }
            same_conversion: [order_id]
            updates:
              refund:
                request: { method: POST, path: /orders, body: xml, root: refund, if: 'root == "refund" and body.@kind == "money"' }
                when: update == "refund"
                means: refund
                fields:
                  "@kind": { out: "'money'" }
                  order: { is: order_id, required: true }
                  amount: { is: refund, as: "money(major)" }
            ignores:
              - { if: 'root == "ping"', because: a ping }
              - { else: true }
            replies:
              accepted: { status: 200, xml: { response: { "@status": ok, id: "{id}" } } }
              duplicate: { status: 200, xml: { response: { "@status": known, id: "{id}" } } }
              refused: { status: 200, xml: { response: { "@status": error, reason: "{reason}" } } }
              error: { xml: { response: { "@status": error, reason: "{reason}" } } }
            examples:
              - name: an order of two lines
                sample: true
                given: { body: { "@id": A-1, click: c-1, total: { "@currency": EUR, $: "9.50" }, lines: { line: [{ sku: X, price: "4" }, { sku: Y, price: "5.50" }] } } }
                expect: { order_id: A-1, click_id: c-1, amount: EUR 9.50, "items[1].sku": Y }
                sends: { body: { "@id": A-1, click: c-1, total: { "@currency": EUR, $: 9.50 }, lines: { line: [{ sku: X, price: 4 }, { sku: Y, price: 5.5 }] } } }
              - name: a document as it is sent
                given: { body: '<order id="A-1"><click>c &amp; d</click></order>' }
                expect: { order_id: A-1, click_id: c & d }
                sends: { body: '<?xml version="1.0" encoding="UTF-8"?><order id="A-1"><click>c &amp; d</click><total currency="EUR"/></order>' }
              - name: another root
                given: { body: "<ping/>" }
                ignored: a ping
            """
        private static let configuration = ConfigurationText(
            sources: [.init("shelf", ["tracker": "shelf", "credentials": "{ key: key-of-shelf-1, secret: signing-1 }"])],
            to: [.tracker("out", "shelf", at: "/out", credentials: "{ key: \"key<of&out\", secret: signing-2 }")], ["mappings": "maps"])

        private static func signed(_ body: String, key: String = "signing-1", type: String = "application/xml") -> Sample {
            let code = HMAC<SHA256>.authenticationCode(for: Data(body.utf8), using: SymmetricKey(data: Data(key.utf8)))
            let signature = code.map { String(format: "%02x", $0) }.joined()
            return Sample(source: "shelf", target: "/orders", headers: [("Content-Type", type), ("X-Signature", signature)], body: body)
        }

        private static func order(_ id: String, key: String = "key-of-shelf-1") -> String {
            """
            <?xml version="1.0"?>
            <s:order xmlns:s="urn:shelf" id="\(id)"><key>\(key)</key><click>c-1</click><total currency="EUR">9.50</total>
            <lines><line><sku>X &amp; Y</sku><price>9.50</price></line></lines></s:order>
            """
        }

        private static func status(_ answer: (status: Int, body: String, headers: [String: String])) -> String {
            let document = XMLDocument(parsing: Array(answer.body.utf8))
            let status = XMLPath("/response/@status").flatMap { document?.text(at: $0) } ?? "?"
            let reason = XMLPath("/response/reason").flatMap { document?.text(at: $0) } ?? ""
            let type = answer.headers.first { $0.key.lowercased() == "content-type" }?.value ?? ""
            return "\(answer.status) \(type) \(status) \(reason)"
        }

        private static func use(
            _ script: @escaping ScriptedTracker.Script = ScriptedTracker.always(
                .reply(200, body: "<response status='ok'><id>T-7</id></response>")),
            _ body: (Workbench, GatewayProcess, Int, ScriptedTracker) async throws -> Void
        ) async throws {
            try await Workbench.use(configuration, tracker: script) { bench, tracker in
                try bench.write(shelf, to: "maps/shelf.yaml")
                try await bench.serve { gateway, port in try await body(bench, gateway, port, tracker) }
            }
        }

        @Test func `the mapping is right, and its examples hold`() async throws {
            try await Workbench.use(Self.configuration) { bench, _ in
                try bench.write(Self.shelf, to: "maps/shelf.yaml")
                let check = try await bench.run("check", "maps")
                #expect(check.status == 0 && check.errors == "", "\(check.errors)")
                let test = try await bench.run("test", "maps")
                #expect(test.output == "shelf: 3 of 3 examples hold\n", "\(test.output) \(test.errors)")
            }
        }

        @Test func `an order and its refund are read, answered, forwarded and their answers understood, in XML`() async throws {
            try await Self.use { bench, gateway, port, tracker in
                let first = try await Self.signed(Self.order("A-1")).post(port)
                #expect(Self.status(first) == "200 application/xml ok ")
                #expect(try await Self.status(Self.signed(Self.order("A-1")).post(port)) == "200 application/xml known ")
                let refund = "<refund kind='money'><key>key-of-shelf-1</key><order>A-1</order><amount>2.25</amount></refund>"
                #expect(try await Self.status(Self.signed(refund, type: "text/plain").post(port)) == "200 application/xml ok ")
                #expect(try await Self.signed("<ping><key>key-of-shelf-1</key></ping>").post(port).status == 200)
                let rows = try await bench.settled(2)
                #expect(rows.map { $0.text("state") } == ["delivered", "delivered"])
                let bodies = tracker.received.map { String($0.body.drop { $0 != "?" }.drop { $0 != ">" }.dropFirst()) }
                #expect(
                    bodies == [
                        #"<order id="A-1"><key>key&lt;of&amp;out</key><click>c-1</click><total currency="EUR">9.50</total>"#
                            + "<lines><line><sku>X &amp; Y</sku><price>9.5</price></line></lines></order>",
                        #"<refund kind="money"><key>key&lt;of&amp;out</key><order>A-1</order><amount>2.25</amount></refund>"#,
                    ])
                #expect(
                    tracker.received.allSatisfy {
                        $0.headers["Content-Type"] == ["application/xml"] && $0.headers["X-Signature"].count == 1
                    })
                let shown = try await bench.run("deliveries", "show", "--json", rows[0].text("id")).output
                #expect(shown.contains("T-7"), "\(shown)")
                for secret in ["key-of-shelf-1", "key<of", "key&lt;of"] {
                    #expect(try bench.storeFiles(holding: secret) == [], "\(secret)")
                    #expect(!gateway.errors.contains(secret))
                }
            }
        }

        @Test func `what is wrong is refused in XML, with its place, and what a tracker refuses is quoted`() async throws {
            let refusing = ScriptedTracker.always(
                .reply(200, body: "<response status='error'><reason>no &lt;click&gt;</reason></response>"))
            try await Self.use(refusing) { bench, _, port, _ in
                func status(_ sample: Sample) async throws -> String { try await Self.status(sample.post(port)) }
                let unauthorized = try await status(Self.signed(Self.order("A-1", key: "wrong")))
                #expect(unauthorized.hasPrefix("401 application/xml error "), "\(unauthorized)")
                #expect(try await status(Self.signed(Self.order("A-1"), key: "wrong")).hasPrefix("401 application/xml error "))
                let noClick = Self.order("A-1").replacing("c-1", with: "")
                #expect(try await status(Self.signed(noClick)) == "400 application/xml error click is required")
                #expect(try await status(Self.signed(Self.order("A-2"))) == "200 application/xml ok ")
                let rows = try await bench.settled(1)
                #expect(rows.map { "\($0.text("state")) \($0.text("reason"))" } == ["rejected tracker answered 200: no <click>"])
                let refused = try await bench.rows("refused")
                #expect(refused.count == 3)
                for row in refused {
                    let shown = try await bench.run("refused", "show", row.text("id")).output
                    #expect(!shown.contains("key-of-shelf-1") && !shown.contains(">wrong<") && shown.contains("<key>***</key>"), "\(shown)")
                }
            }
        }

        @Test func `explain takes a document alone, and a request`() async throws {
            try await Workbench.use(Self.configuration) { bench, _ in
                try bench.write(Self.shelf, to: "maps/shelf.yaml")
                let document = try await bench.run(
                    "explain", "--source", "shelf", input: "<order id='A-1'><click>c-1</click><total>5</total></order>")
                #expect(document.status == 0 && document.output.contains("EUR 5.00"), "\(document.output) \(document.errors)")
                #expect(document.output.contains(#"<order id="A-1">"#), "\(document.output)")
                let raw = try await bench.run("explain", "--source", "shelf", input: Self.signed(Self.order("A-1")).raw)
                #expect(raw.status == 0 && raw.output.contains("EUR 9.50"), "\(raw.output) \(raw.errors)")
                let broken = try await bench.run("explain", "--source", "shelf", input: "<order id='A-1'>\n<click>")
                let text = broken.output + broken.errors
                #expect(text.contains("the body is not valid XML: line 2, column 8: it ends before '</click>'"), "\(text)")
            }
        }

        @Test func `the sandbox takes and answers XML`() async throws {
            try await Workbench.use(environment: ["SANDBOX": "http://127.0.0.1:1"]) { bench in
                var configuration = Self.configuration
                configuration[destination: "out"]["url"] = "\"${SANDBOX}/out\""
                try bench.configure(configuration)
                try bench.write(Self.shelf, to: "maps/shelf.yaml")
                let sandbox = try bench.start("sandbox", "--config", "gateway.yaml", "--listen", "127.0.0.1:0")
                bench.set("SANDBOX", "http://127.0.0.1:\(try await sandbox.port())")
                try await bench.serve { _, port in
                    #expect(try await Self.status(Self.signed(Self.order("A-1")).post(port)) == "200 application/xml ok ")
                    let rows = try await bench.settled(1)
                    #expect(rows.map { $0.text("state") } == ["delivered"], "\(rows)")
                }
                #expect(sandbox.lines.contains { $0.contains("A-1") && $0.contains("X & Y") }, "\(sandbox.lines)")
                sandbox.terminate()
                #expect(try await sandbox.ended() == 0)
            }
        }

        @Test func `bodies that would cost much are refused soon`() async throws {
            try await Self.use { bench, _, port, _ in
                let size = 1 << 20
                let bodies = [
                    "<order>" + String(repeating: "<a>", count: 100_000), "<order" + (0..<80_000).map { " a\($0)=''" }.joined() + "/>",
                    "<!DOCTYPE a [<!ENTITY x 'xxxxxxxxxx'>" + (0..<1000).map { "<!ENTITY y\($0) '&x;&x;&x;'>" }.joined()
                        + "]><order>&y9;</order>",
                    "<order>" + String(repeating: "<b/>", count: (size - 100) / 4) + "</order>",
                    "<order><click>" + String(repeating: "&amp;", count: size / 5 - 20),
                ]
                for body in bodies {
                    let answer = try await Self.signed(body).post(port)
                    #expect([400, 401].contains(answer.status), "\(body.prefix(40)): \(answer.status) \(answer.body.prefix(200))")
                }
                for row in try await bench.rows("refused") { #expect(row.text("reason").utf8.count < 500) }
                #expect(try await Self.status(Self.signed(Self.order("A-1")).post(port)) == "200 application/xml ok ")
            }
        }
    }
}
