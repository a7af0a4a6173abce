import Mappings
import Rules
import Testing

@testable import Gateway

/// Checks hold a conversion back for a person, and lose nothing.
struct ReviewTests {
    private func plan(_ checks: ReviewPlan.Check..., domains: Set<String> = [], clicks: [String] = []) -> ReviewPlan {
        let hashes = clicks.map { Array($0.utf8).withUnsafeBytes { ClickList.hash($0) } }
        return ReviewPlan(
            checks: checks, disposableDomains: DisposableDomains.known.union(domains), clicks: ClickList(hashes: hashes))
    }

    private func flagged(_ plan: ReviewPlan, _ change: (inout Conversion) -> Void) -> Conversion {
        var conversion = Conversion(
            id: ConversionID(high: 0, low: 1), source: "s", tracker: "refvenue", receivedAt: Timestamp(seconds: 0))
        change(&conversion)
        _ = plan.flag(&conversion)
        return conversion
    }

    private func reason(_ plan: ReviewPlan, email: String) -> String? {
        flagged(plan) { $0[.customerEmail] = .text(email) }.text(.reason)
    }

    @Test(arguments: [
        ("jane@mailinator.com", "mailinator.com"), ("jane@MAILINATOR.com", "mailinator.com"), ("jane@eu.mailinator.com.", "mailinator.com"),
        ("jane@throw.example", "throw.example"), ("jane@example.com", nil), ("jane@notmailinator.com", nil), ("mailinator.com", nil),
    ])
    func `an address that anyone can have for minutes is held`(email: String, domain: String?) {
        let plan = plan(.disposableEmail, domains: ["throw.example"])
        #expect(reason(plan, email: email) == domain.map { "the customer's address is at \($0), which gives out disposable addresses" })
    }

    @Test func `an address with a plus part is held`() {
        let held = "the customer's address has a part behind a '+', so one person may have many"
        #expect(reason(plan(.plusAddress), email: "user+1@example.com") == held)
        #expect(reason(plan(.plusAddress), email: "+user@example.com") == nil)
        #expect(reason(plan(.plusAddress), email: "user@ex+ample.com") == nil)
    }

    @Test(arguments: ["test123@x.example", "Test@x.example", "fake-1@x.example", "123test@x.example", "asdf@x.example", "test+1@x.example"])
    func `an address that looks made up is held`(email: String) {
        #expect(reason(plan(.suspiciousEmail), email: email) == "the customer's address looks made up")
    }

    @Test(arguments: ["tess@x.example", "jane.tester-smith@x.example", "contest@x.example", "12345@x.example", "@x.example"])
    func `an address that only resembles one is not`(email: String) {
        #expect(reason(plan(.suspiciousEmail), email: email) == nil)
    }

    @Test func `a click that nobody knows is held`() {
        let plan = plan(.unknownClick, clicks: (0..<1000).map { "click-\($0)" } + ["click-7"])
        #expect(plan.clicks.count == 1000)
        #expect(flagged(plan) { $0[.clickID] = .text("click-999") }.text(.status) == nil)
        #expect(
            flagged(plan) { $0[.clickID] = .text("click-1000") }.text(.reason) == "the click id 'click-1000' is not in the list of clicks")
        #expect(flagged(plan) { _ in }.text(.reason) == "there is no click id to look up")
    }

    @Test(arguments: [
        (nil, "pending_review"), ("pending", "pending_review"), ("approved", "pending_review"), ("rejected", "rejected"),
        ("refunded", "refunded"), ("chargeback", "chargeback"),
    ])
    func `a status only becomes stricter`(status: String?, after: String) {
        let conversion = flagged(plan(.plusAddress)) {
            $0[.customerEmail] = .text("a+b@example.com")
            if let status { $0[.status] = .text(status) }
        }
        #expect(conversion.text(.status) == after)
        #expect(conversion.warnings.isEmpty == (status == after))
    }

    @Test func `all reasons are listed, behind the sender's own`() {
        let conversion = flagged(plan(.plusAddress, .disposableEmail)) {
            $0[.customerEmail] = .text("a+b@yopmail.com")
            $0[.reason] = .text("manual check")
        }
        let reasons =
            "the customer's address has a part behind a '+', so one person may have many; "
            + "the customer's address is at yopmail.com, which gives out disposable addresses"
        #expect(conversion.text(.reason) == "manual check; \(reasons)")
        #expect(conversion.warnings == ["held for review: \(reasons)"])
    }

    // MARK: Through the intake

    private let purchase =
        #"{"program_id":"p","ref_code":"JOHN","customer_email":"jane+1@example.com","publishable_key":"pk_live_1","conversion_type":"purchase","revenue_amount":99.99}"#

    @Test func `RefVenue answers as documented, and a repeat is a repeat`() async throws {
        let bench = IntakeBench([
            try .sample("one", "refvenue", ["publishable_key": "pk_live_1"], review: plan(.plusAddress))
        ])
        #expect(
            await bench.send(.post("/v1/track-conversion", purchase))
                == Answer(
                    200,
                    #"{"success":true,"conversion_id":"\#(bench.id(1))","commission":0,"status":"pending_review","message":"Conversion tracked but pending fraud review"}"#
                ))
        #expect(await bench.send(.post("/v1/track-conversion", purchase)).status == 409)
        #expect(bench.store.state.withLock { $0.repeats.map(\.sameContent) } == [true])
        #expect(bench.store.submissions.map(\.conversion.status) == ["pending_review"])
        #expect(
            await bench.send(.post("/v1/track-conversion", purchase.replacing("jane+1", with: "jane"))).body.contains(
                #""status":"pending""#))
    }

    @Test func `a repeat is compared with what the sender sent, not with our doubts`() async throws {
        let held = IntakeBench([try .sample("casino", "rs-traffic", ["secret": "k"], review: plan(.unknownClick))])
        let plain = IntakeBench([try .sample("casino", "rs-traffic", ["secret": "k"])])
        let event = "clickid=c&event=lead&status=approved"
        let request = WireRequest.get("/v1/event", "\(event)&sign=\(hmac(event, "k"))")
        for bench in [held, plain] { #expect(await bench.send(request).status == 200) }
        #expect(held.store.submissions.map(\.content) == plain.store.submissions.map(\.content))
        #expect(held.store.submissions.map(\.keys) == plain.store.submissions.map(\.keys))
        #expect(held.store.submissions.map(\.conversion.status) == ["pending_review"])
        #expect(plain.store.submissions.map(\.conversion.status) == ["approved"])
    }

    @Test func `a route may wait for the review`() async throws {
        var diagnostics = Diagnostics()
        let condition = ExpressionParser.parse(
            #"not (status == "pending_review")"#, at: SourceLocation(file: "x", line: 1, column: 1), names: ExpressionNames(),
            expecting: .flag,
            into: &diagnostics)
        let routes = [Route(sources: nil, destinations: ["main"], condition: condition, assignments: [])]
        let bench = IntakeBench(
            [try .sample("one", "refvenue", ["publishable_key": "pk_live_1"], review: plan(.plusAddress))], routes: routes)
        _ = await bench.send(.post("/v1/track-conversion", purchase))
        _ = await bench.send(.post("/v1/track-conversion", purchase.replacing("jane+1", with: "jane")))
        #expect(bench.store.submissions.map(\.destinations) == [[], ["main"]])
    }
}
