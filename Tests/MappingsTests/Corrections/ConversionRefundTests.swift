import Testing

@testable import Mappings

/// Refunds as senders count them: this step, the total so far, or what is left.
struct ConversionRefundTests {
    private static func sale(_ refunded: String? = nil, status: String? = "approved", amount: String? = "50.00") throws -> Conversion {
        var sale = Conversion(id: Samples.id, source: "shop", tracker: "acme", receivedAt: Samples.receivedAt)
        sale[.currency] = .text("EUR")
        sale[.status] = status.map(Value.text) ?? .absent
        if let amount { sale[.amount] = .number(try ExactDecimal(parsing: amount)) }
        if let refunded { sale[.refunded] = .number(try ExactDecimal(parsing: refunded)) }
        return sale
    }

    private static func amount(_ text: String) throws -> Correction.Amount { .major(try ExactDecimal(parsing: text)) }

    /// `refund refunded remaining status`, the note, or `refused: ` and the sentence.
    private static func outcome(_ sale: Conversion, _ correction: Correction) -> String {
        switch sale.corrected(by: correction) {
        case .changed(let next):
            ["refund", "refunded", "remaining", "status"].map { next.exampleText($0) ?? "-" }.joined(separator: ", ")
        case .unchanged(let note): note
        case .refused(let failure): "refused: \(failure.sentence)"
        }
    }

    @Test func `a total that went back comes to the step that is new`() throws {
        for (before, total, expected) in [
            (nil, "5.00", "EUR 5.00, EUR 5.00, EUR 45.00, approved"),
            ("5.00", "12.00", "EUR 7.00, EUR 12.00, EUR 38.00, approved"),
            ("12.00", "12.00", "EUR 12.00 went back already, so a total of EUR 12.00 is nothing new"),
            ("12.00", "8.00", "EUR 12.00 went back already, so a total of EUR 8.00 is nothing new"),
            (nil, "0", "EUR 0.00 went back already, so a total of EUR 0.00 is nothing new"),
            ("12.00", "50", "EUR 38.00, EUR 50.00, EUR 0.00, refunded"),
            ("12.00", "50.01", "refused: a total of EUR 50.01 that went back is more than the sale's EUR 50.00"),
            (nil, "-1", "refused: a total of EUR -1.00 cannot have gone back; send zero or more"),
        ] as [(String?, String, String)] {
            let correction = Correction(status: "refunded", refunded: try Self.amount(total))
            #expect(Self.outcome(try Self.sale(before), correction) == expected, "\(before ?? "nothing") then \(total)")
        }
    }

    @Test func `what is left comes to the step that is new`() throws {
        for (before, rest, expected) in [
            (nil, "45.00", "EUR 5.00, EUR 5.00, EUR 45.00, approved"),
            ("5.00", "38.00", "EUR 7.00, EUR 12.00, EUR 38.00, approved"),
            ("12.00", "38.00", "EUR 12.00 went back already, so a total of EUR 12.00 is nothing new"),
            ("12.00", "45.00", "EUR 12.00 went back already, so a total of EUR 5.00 is nothing new"),
            ("12.00", "0", "EUR 38.00, EUR 50.00, EUR 0.00, refunded"),
            (nil, "50.01", "refused: a rest of EUR 50.01 is impossible: the sale is worth EUR 50.00, so what is left is from 0 to that"),
            (nil, "-1", "refused: a rest of EUR -1.00 is impossible: the sale is worth EUR 50.00, so what is left is from 0 to that"),
        ] as [(String?, String, String)] {
            let correction = Correction(remaining: try Self.amount(rest))
            #expect(Self.outcome(try Self.sale(before), correction) == expected, "\(before ?? "nothing") then \(rest)")
        }
    }

    @Test func `a total goes before a step, and a step before what is left`() throws {
        let all = Correction(refund: try Self.amount("3"), refunded: try Self.amount("12"), remaining: try Self.amount("1"))
        #expect(Self.outcome(try Self.sale("5"), all) == "EUR 7.00, EUR 12.00, EUR 38.00, approved")
        let two = Correction(refund: try Self.amount("3"), remaining: try Self.amount("1"))
        #expect(Self.outcome(try Self.sale("5"), two) == "EUR 3.00, EUR 8.00, EUR 42.00, approved")
    }

    @Test func `a sale without an amount has no total and no rest`() throws {
        let sale = try Self.sale(amount: nil)
        #expect(
            Self.outcome(sale, Correction(refunded: try Self.amount("5")))
                == "refused: a total of EUR 5.00 that went back needs the sale's amount, and the conversion has none")
        #expect(
            Self.outcome(sale, Correction(remaining: try Self.amount("5")))
                == "refused: a rest of EUR 5.00 needs the sale's amount, and the conversion has none")
        #expect(Self.outcome(sale, Correction(status: "refunded")) == "-, -, -, refunded")
    }

    @Test func `a total in minor units waits for the sale's currency`() throws {
        let correction = Correction(status: "refunded", refunded: .minor(ExactDecimal(1250), .iso))
        #expect(Self.outcome(try Self.sale(), correction) == "EUR 12.50, EUR 12.50, EUR 37.50, approved")
        var yen = try Self.sale(amount: "5000")
        yen[.currency] = .text("JPY")
        #expect(Self.outcome(yen, correction) == "JPY 1250, JPY 1250, JPY 3750, approved")
    }

    @Test func `a correction that waits keeps how it counts`() throws {
        let correction = Correction(
            status: "refunded", refund: try Self.amount("1.50"), refunded: .minor(ExactDecimal(1250), .iso),
            remaining: try Self.amount("0.10"))
        #expect(Correction(document: correction.document()) == correction)
    }
}
