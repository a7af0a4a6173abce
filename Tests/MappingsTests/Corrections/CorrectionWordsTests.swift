import Mappings
import Testing

struct CorrectionWordsTests {
    @Test func `a correction is said in words`() throws {
        let ten = try ExactDecimal(parsing: "10")
        let iso = CurrencyExponents()
        let said: [(Correction, String)] = [
            (Correction(status: "refunded"), "a refund of all that is left"),
            (Correction(status: "refunded", refund: .minor(ExactDecimal(1000), iso)), "a refund of 1000 minor units"),
            (Correction(status: "refunded", refund: .minor(ExactDecimal(1), iso)), "a refund of 1 minor unit"),
            (Correction(refund: .minor(ExactDecimal(1000), iso), currency: "EUR"), "a refund of EUR 10.00"),
            (Correction(refund: .minor(ExactDecimal(1000), iso), currency: "JPY"), "a refund of JPY 1000"),
            (Correction(refund: .major(ten), currency: "USDT"), "a refund of USDT 10"),
            (Correction(status: "chargeback", refund: .major(ten), currency: "EUR"), "a refund of EUR 10.00, the status 'chargeback'"),
            (Correction(status: "rejected", reason: "fraud"), "the status 'rejected', reason 'fraud'"),
            (Correction(amount: .major(ten), currency: "EUR"), "the amount EUR 10.00"),
            (Correction(amount: .major(ten), adds: true), "10 more"),
            (Correction(), "nothing new"),
        ]
        for (correction, words) in said { #expect(correction.words == words) }
    }
}
