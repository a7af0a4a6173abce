import Testing

@testable import Gateway

struct ReasonPatternTests {
    @Test(arguments: [
        ("tracker answered 503: try later", "tracker answered 503: try later"),
        ("tracker answered 400: unknown click 'c-4711'", "tracker answered 400: unknown click '…'"),
        ("click id 8f14e45fceea is unknown", "click id … is unknown"), ("no click_id\nitem 1: dead", "no click_id"),
        ("it's odd", "it's odd"),
    ])
    func `what differs from one delivery to the next is left out`(_ reason: String, _ pattern: String) {
        #expect(ReasonPattern.of(reason) == pattern)
    }

    @Test func `a delivery without a reason has a pattern, too`() { #expect(ReasonPattern.of(nil) == "no reason was kept") }
}
