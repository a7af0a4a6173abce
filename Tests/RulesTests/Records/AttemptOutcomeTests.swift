import Rules
import Testing

struct AttemptOutcomeTests {
    @Test func `the words that the store keeps never change`() {
        #expect(
            AttemptOutcome.allCases.map(\.rawValue) == [
                "delivered", "duplicate", "unconfirmed", "retry", "rejected", "timeout", "connection", "refused_address", "dry_run",
                "unknown",
            ])
    }

    @Test(arguments: AttemptOutcome.allCases) func `a stored word is read back`(outcome: AttemptOutcome) {
        #expect(AttemptOutcome(stored: outcome.rawValue) == outcome)
    }

    @Test(arguments: ["", "held", "Delivered"]) func `a word of another version loses no row`(word: String) {
        #expect(AttemptOutcome(stored: word) == .unknown)
    }

    @Test func `an address that is not allowed has an outcome of its own`() throws {
        let network = try IPNetwork(parsing: "10.0.0.0/8")
        let refusal = AddressPolicy.Refusal(kind: "private", network: network)
        #expect(ExchangeFailure.refusedAddress(host: "t.example", address: "10.0.0.1", refusal).outcome == .refusedAddress)
    }
}
