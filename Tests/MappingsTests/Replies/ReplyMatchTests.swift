import Testing

@testable import Mappings

/// What a tracker's answer is read as: the documented reply with the most in common.
struct ReplyMatchTests {
    private static func compile(_ replies: String, warnings: [String] = []) throws -> Mapping {
        let (mapping, diagnostics) = MappingCompiler.compile(
            """
            tracker: Acme
            request: { method: GET, path: /p }
            credentials: { key: { query: key } }
            fields: { click: { is: click_id } }
            replies:
            \(replies)
            """, name: "acme", file: "acme.yaml")
        #expect(diagnostics.sorted.map(\.description) == warnings)
        return try #require(mapping)
    }

    private static func outcome(_ mapping: Mapping, _ body: String, status: Int = 200, headers: [String: String] = [:]) -> String {
        guard let reading = mapping.interpret(status: status, headers: headers, body: Array(body.utf8)) else { return "nothing" }
        return reading.outcome.rawValue + (reading.message.map { ": \($0)" } ?? "") + (reading.remoteID.map { " #\($0)" } ?? "")
    }

    @Test func `a text fits the whole answer, without white space at its ends`() throws {
        let mapping = try Self.compile(
            """
              accepted: { text: OK }
              duplicate: { text: DUP }
            """)
        #expect(Self.outcome(mapping, "DUP") == "duplicate")
        #expect(Self.outcome(mapping, " \nDUP\r\n") == "duplicate")
        for text in ["xDUPx", "DUP1", "dup", "OK DUP", "", "NOT OK"] { #expect(Self.outcome(mapping, text) == "nothing", "\(text)") }
        #expect(Self.outcome(mapping, "OK", status: 201) == "delivered")
        #expect(Self.outcome(mapping, "OK", status: 500) == "nothing")
    }

    @Test func `the most specific text counts, in whatever order they are listed`() throws {
        let mapping = try Self.compile(
            """
              accepted: { text: "{...}accepted{...}" }
              refused: { status: 200, text: "{...}NOT accepted{...}" }
              duplicate: { text: "{...}duplicate{...}" }
              busy: { status: 200, text: "duplicate key, try later", outcome: retry }
            """)
        #expect(Self.outcome(mapping, "Click accepted!") == "delivered")
        #expect(Self.outcome(mapping, "Click NOT accepted!") == "rejected")
        #expect(Self.outcome(mapping, "a duplicate order") == "duplicate")
        #expect(Self.outcome(mapping, "duplicate key, try later") == "retry")
    }

    @Test func `what stands in the place of {reason} is quoted as the tracker's words, and {id} is its id`() throws {
        let mapping = try Self.compile(
            """
              accepted: { text: "success=true; id={id};" }
              duplicate: { text: "success=false; err_msg=duplicate {...};" }
              refused: { status: 200, text: "success=false; err_msg={reason};" }
            """)
        #expect(Self.outcome(mapping, "success=true; id=T-7;") == "delivered #T-7")
        #expect(Self.outcome(mapping, "success=false; err_msg=unknown; click;\n") == "rejected: unknown; click")
        #expect(Self.outcome(mapping, "success=false; err_msg=duplicate order A-1;") == "duplicate")
        #expect(Self.outcome(mapping, "success=false; err_msg=;") == "rejected")
        #expect(Self.outcome(mapping, "success=false; err_msg=cut") == "nothing")
    }

    @Test func `a reply with {...} is written without it`() throws {
        let mapping = try Self.compile(
            """
              accepted: { text: "success=true{...}; id={id}" }
              duplicate: { status: 200 }
              refused: { status: 200, text: no }
            """)
        var variables = ReplyVariables()
        variables.id = "i-1"
        let conversion = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
        #expect(String(decoding: mapping.reply("accepted", to: conversion, variables).body, as: UTF8.self) == "success=true; id=i-1")
    }

    @Test func `headers are looked at, and count more than a body`() throws {
        let mapping = try Self.compile(
            """
              accepted: { status: 200 }
              duplicate: { matches: { status: 200, headers: { X-Status: duplicate } } }
              refused: { status: 200, matches: { status: 200, headers: { X-Status: "error {reason}" } } }
            """)
        #expect(mapping.answerHeaders == ["x-status"])
        #expect(Self.outcome(mapping, "anything") == "delivered")
        #expect(Self.outcome(mapping, "anything", headers: ["x-status": "duplicate"]) == "duplicate")
        #expect(Self.outcome(mapping, "", headers: ["x-status": "error no such click"]) == "rejected: no such click")
        #expect(Self.outcome(mapping, "", headers: ["x-status": "fine"]) == "delivered")
    }

    @Test func `places in XML are looked at`() throws {
        let mapping = try Self.compile(
            """
              accepted: { matches: { xml: { /response/status: ok, /response/@id: "{id}" } } }
              duplicate: { matches: { xml: { /response/error/@code: "17" } } }
              refused: { status: 200, matches: { xml: { /response/error: "{reason}" } } }
            """)
        let head = #"<?xml version="1.0" encoding="UTF-8"?>"#
        #expect(Self.outcome(mapping, head + #"<r:response xmlns:r="urn:x" id="A7"><status> ok </status></r:response>"#) == "delivered #A7")
        #expect(Self.outcome(mapping, head + #"<response><error code="17">again</error></response>"#) == "duplicate")
        #expect(
            Self.outcome(mapping, #"<response><error code="9">no <![CDATA[<click>]]> &amp; no &#x6f;rder</error></response>"#)
                == "rejected: no <click> & no order")
        #expect(Self.outcome(mapping, #"<!DOCTYPE r [<!ENTITY e "ok">]><response><status>&e;</status></response>"#) == "nothing")
        #expect(Self.outcome(mapping, "ok") == "nothing")
    }

    @Test func `an entry that another hides has a warning`() throws {
        _ = try Self.compile(
            """
              accepted: { status: 200 }
              duplicate: { status: 200 }
              unauthorized: { status: 401, text: "{...}" }
              late: { status: 401, text: "{...}", outcome: retry }
            """,
            warnings: [
                "acme.yaml:9:3: warning: an answer like reply 'late' is read as 'unauthorized', which fits it too and means rejected, not "
                    + "retry; give 'late' more fixed parts, or another status"
            ])
    }

    @Test func `the status of the reply 'error' is obeyed, but for what is to be sent again`() throws {
        let mapping = try Self.compile(
            """
              accepted: { status: 200, text: "1" }
              duplicate: { status: 200, text: "2" }
              error: { status: 200, text: "0 {reason}" }
              conflict: { text: "3" }
            """)
        let conversion = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
        func reply(_ code: FailureCode) -> String {
            var variables = ReplyVariables()
            variables.refusal = Refusal(code, "because")
            let reply = mapping.reply(code.rawValue, to: conversion, variables)
            return "\(reply.status) \(String(decoding: reply.body, as: UTF8.self))"
        }
        for code in [.invalid, .missingField, .unauthorized, .malformed, "invalid_email"] as [FailureCode] {
            #expect(reply(code) == "200 0 because")
        }
        #expect(reply(.overloaded) == "503 0 because")
        #expect(reply(.rateLimited) == "429 0 because")
        #expect(reply(.failed) == "500 0 because")
        #expect(reply(.conflict) == "409 3")
    }

    @Test func `null, what must be there, and what must be empty are told apart`() throws {
        let mapping = try Self.compile(
            """
              accepted: { body: { sale: "{...}" } }
              duplicate: { status: 200, body: { sale: "{null}", known: true } }
              unknown: { status: 200, matches: { body: { sale: "{null}" } }, outcome: unconfirmed }
              empty: { status: 200, matches: { body: {} }, outcome: rejected }
              nobody: { status: 200, matches: { body: { people: [] } }, outcome: retry }
            """)
        #expect(Self.outcome(mapping, #"{"sale":{"id":1}}"#) == "delivered")
        #expect(Self.outcome(mapping, #"{"sale":null,"known":true}"#) == "duplicate")
        #expect(Self.outcome(mapping, #"{"sale":null}"#) == "unconfirmed")
        #expect(Self.outcome(mapping, "{}") == "rejected")
        #expect(Self.outcome(mapping, #"{"people":[]}"#) == "retry")
        for body in [#"{"people":[1]}"#, #"{"other":1}"#, "[]"] { #expect(Self.outcome(mapping, body) == "nothing", "\(body)") }
        let nobody = Conversion(id: ConversionID(high: 0, low: 1), source: "s", tracker: "t", receivedAt: Timestamp(seconds: 0))
        func answer(_ name: String) -> String {
            String(decoding: mapping.reply(name, to: nobody, ReplyVariables()).body, as: UTF8.self)
        }
        #expect(answer("duplicate") == #"{"sale":null,"known":true}"#)
        #expect(answer("accepted") == "{}")
    }
}
