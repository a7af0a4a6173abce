import Mappings
import Rules
import Testing

/// What the worker, `gateway explain` and the preview of a replay need to know of one destination.
struct SendingTests {
    private static let now = Timestamp(seconds: 1_800_000_000)

    private static func conversion(_ fields: [Field: String] = [:], age: Duration = .zero) -> Conversion {
        let time = now.advanced(by: .zero - age)
        var conversion = Conversion(
            id: ConversionID(at: time, random: (0, 1)), source: "shop", tracker: "refcampaign", receivedAt: time)
        for (field, text) in fields { conversion[field] = .text(text) }
        return conversion
    }

    /// Posts the click id as the body.
    private static func sending(_ change: (inout Sending) -> Void = { _ in }) -> Sending {
        var sending = Sending(name: "main") { conversion, _ throws(Skip) in
            guard let click = conversion.text(.clickID) else { throw Skip("main needs click_id") }
            return OutboundRequest(
                method: "POST", url: "https://t.example/?k=hush", maskedURL: "https://t.example/?k=***", headers: [("X-Key", "hush")],
                body: Array(click.utf8))
        }
        sending.secrets = SecretFinder(["hush"])
        change(&sending)
        return sending
    }

    private static func step(_ sending: Sending, _ conversion: Conversion, after predecessor: DeliveryState? = nil) -> String {
        switch sending.nextStep(for: conversion, delivery: conversion.id, after: predecessor, at: now) {
        case .lines(let plan): "\(plan.count) lines"
        case .send(let request, let expiry):
            "send \(String(decoding: request.body, as: UTF8.self))\(expiry.map { " until \(now.duration(to: $0).text)" } ?? "")"
        case .recordOnly(let request): "record \(request.maskedLine)"
        case .skip(let reason): "skip: \(reason)"
        case .tooLate(let reason): "too late: \(reason)"
        case .unreadable(let reason): "unreadable: \(reason)"
        }
    }

    @Test func `a conversion is sent, or skipped with the reason`() {
        #expect(Self.step(Self.sending(), Self.conversion([.clickID: "c-1"])) == "send c-1")
        #expect(Self.step(Self.sending(), Self.conversion()) == "skip: main needs click_id")
    }

    @Test func `a dry run records the request`() {
        let dry = Self.sending { $0.isDryRun = true }
        #expect(Self.step(dry, Self.conversion([.clickID: "c-1"])) == "record POST https://t.example/?k=***")
    }

    @Test func `what is as old as max_age is too late, and nothing is written for it`() {
        let strict = Self.sending { $0.maxAge = .seconds(3600) }
        #expect(Self.step(strict, Self.conversion([.clickID: "c-1"], age: .seconds(600))) == "send c-1 until 50m")
        #expect(
            Self.step(strict, Self.conversion(age: .seconds(7200)))
                == "too late: received 2h ago, and max_age is 1h; to send it after all raise max_age and replay it")
    }

    @Test func `a correction is as old as itself`() {
        let strict = Self.sending { $0.maxAge = .seconds(3600) }
        let old = Self.conversion([.clickID: "c-1", .update: "status", .status: "rejected"], age: .seconds(7200))
        let id = ConversionID(at: Self.now.advanced(by: .seconds(-60)), random: (0, 2))
        guard case .send(_, let expiry) = strict.nextStep(for: old, delivery: id, after: .delivered, at: Self.now) else {
            Issue.record("not sent")
            return
        }
        #expect(expiry.map { Self.now.duration(to: $0) } == .seconds(3540))
    }

    @Test func `a correction of what never arrived is sent as the conversion, or not at all`() {
        let approved = Self.conversion([.clickID: "c-1", .update: "status", .status: "approved"])
        #expect(Self.step(Self.sending(), approved, after: .skipped) == "send c-1")
        let rejected = Self.conversion([.clickID: "c-1", .update: "status", .status: "rejected"])
        let reason = "the conversion itself never arrived at main, so the status 'rejected' was not sent"
        #expect(Self.step(Self.sending(), rejected, after: nil) == "skip: \(reason)")
        for state in [DeliveryState.dead, .unconfirmed] { #expect(Self.step(Self.sending(), rejected, after: state) == "send c-1") }
    }

    @Test func `what the route sets is sent`() throws {
        var diagnostics = Diagnostics()
        let place = SourceLocation(file: "", line: 1, column: 1)
        let expression = try #require(ExpressionParser.parse("session_id", at: place, names: .conversion, into: &diagnostics))
        let route = Route(destinations: ["main"], assignments: [(.field(.clickID), expression)])
        let sending = Self.sending { $0.routes = [route] }
        #expect(Self.step(sending, Self.conversion([.sessionID: "s-9"])) == "send s-9")
    }

    @Test func `a stored conversion that cannot be read is named`() {
        let delivery = ReadyDelivery(id: ConversionID(high: 0, low: 1), attempts: 0, content: .document(Array("{".utf8)))
        guard case .unreadable(let reason) = Self.sending().nextStep(for: delivery, at: Self.now) else {
            Issue.record("read")
            return
        }
        #expect(reason.hasPrefix("stored conversion cannot be read: "))
    }

    @Test func `a reply is read by the mapping, masked and cut`() throws {
        let request = try Self.sending().request(for: Self.conversion([.clickID: "c-1"]), after: nil, at: Self.now)
        let long = "no hush" + String(repeating: "x", count: 600)
        let sending = Self.sending { $0.read = { _, update in ReplyReading(outcome: .rejected, message: update ?? long) } }
        let reply = Reply(status: 200, body: Array("hush".utf8))
        let decision = sending.decision(on: reply, to: request, attempt: 1, at: Self.now, random: 0.5)
        #expect(decision.state == .rejected && decision.ending == .success)
        #expect(decision.reason == "tracker answered 200: no ***" + String(repeating: "x", count: 494))
        #expect(sending.recorded(reply) == "***")
        #expect(sending.recorded(request) == "X-Key: ***\n\nc-1")
        var update = request
        update.update = "refund"
        #expect(
            sending.decision(on: reply, to: update, attempt: 1, at: Self.now, random: 0.5).reason == "tracker answered 200: refund")
    }

    @Test func `the tracker's words in a reason are masked before they are cut`() throws {
        let request = try Self.sending().request(for: Self.conversion([.clickID: "c-1"]), after: nil, at: Self.now)
        func reason(_ body: String, status: Int = 400) -> String? {
            let reply = Reply(status: status, body: Array(body.utf8))
            return Self.sending().decision(on: reply, to: request, attempt: 1, at: Self.now, random: 0.5).reason
        }
        #expect(reason("no hush, h%75sh\n") == "tracker answered 400: no ***, ***")
        #expect(reason(#"{"message":"\u0068ush"}"#) == "tracker answered 400: ***")
        let long = String(repeating: "x", count: 197)
        #expect(reason("\(long)hush hush") == "tracker answered 400: \(long)**…")
        #expect(reason("<html><title>hush</title>", status: 200) == "tracker answered 200: ***; unconfirmed, as this is an HTML page")
    }

    @Test func `what the configuration says of an answer comes before the mapping`() throws {
        let request = try Self.sending().request(for: Self.conversion([.clickID: "c-1"]), after: nil, at: Self.now)
        let sending = Self.sending {
            $0.answers = AnswerRule(patterns: [AnswerPattern(.duplicate, texts: ["known"])])
            $0.read = { _, _ in ReplyReading(outcome: .rejected) }
        }
        func state(_ body: String) -> DeliveryState {
            sending.decision(on: Reply(status: 200, body: Array(body.utf8)), to: request, attempt: 1, at: Self.now, random: 0.5).state
        }
        #expect(state("known") == .duplicate)
        #expect(state("new") == .rejected)
    }

    @Test func `credentials are masked in all that is kept of a reply`() throws {
        let sending = Self.sending { $0.read = { _, _ in nil } }
        let request = try sending.request(for: Self.conversion([.clickID: "c-1"]), after: nil, at: Self.now)
        func reason(_ location: String) -> String? {
            sending.decision(on: Reply(status: 302, location: location, body: []), to: request, attempt: 1, at: Self.now, random: 0.5)
                .reason
        }
        let targets = [
            ("https://new.example/hush/in?k=hush", "https://new.example/***/in"), ("/%68%75%73%68/in%3Fk=hus%68", "/***/in%3Fk=***"),
            ("https://me:hush@new.example/a@b", "https://new.example/a@b"), ("https://me:other@new.example/", "https://new.example/"),
            ("//new.example/" + String(repeating: "x", count: 184) + "hush", "//new.example/" + String(repeating: "x", count: 184) + "**"),
        ]
        for (location, target) in targets {
            #expect(reason(location) == "tracker answered 302 to \(target); redirects are not followed, correct the url")
        }
        #expect(sending.recorded(Reply(status: 302, body: Array("k=hu%73h hush".utf8))) == "k=*** ***")
        // Cut amid a credential.
        let long = String(repeating: "x", count: Reply.keepLimit - 2) + "hush"
        #expect(sending.recorded(Reply(status: 200, body: Array(long.utf8))) == long.dropLast(4) + "**")
        let reading = Self.sending { $0.read = { _, _ in ReplyReading(outcome: .delivered, message: "hush", remoteID: "r-hush") } }
        let decision = reading.decision(on: Reply(status: 200, body: []), to: request, attempt: 1, at: Self.now, random: 0.5)
        #expect(decision.reason == "***" && decision.remoteID == "r-***")
    }
}
