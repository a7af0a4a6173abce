import Testing

@testable import Mappings

struct ConversionLifecycleTests {
    static func sale(_ amount: String? = "100", _ currency: String? = "EUR", status: String? = "approved") -> Conversion {
        var conversion = Conversion(id: Samples.id, source: "shop", tracker: "t", receivedAt: Samples.receivedAt)
        conversion[.type] = .text("sale")
        conversion[.field(.amount)] = amount.map(Value.text) ?? .absent
        conversion[.currency] = currency.map(Value.text) ?? .absent
        conversion[.status] = status.map(Value.text) ?? .absent
        return conversion
    }

    static func major(_ text: String) throws -> Correction.Amount { .major(try ExactDecimal(parsing: text)) }

    /// `status amount refund refunded`, or the note or refusal.
    static func text(of outcome: CorrectionOutcome) -> String {
        switch outcome {
        case .changed(let conversion):
            [Field.update, .status, .amount, .refund, .refunded].map { "\($0.name) \(conversion.exampleText($0.name) ?? "-")" }
                .joined(separator: ", ")
        case .unchanged(let note): "unchanged: \(note)"
        case .refused(let failure): "\(failure.code): \(failure.sentence)"
        }
    }

    private func after(_ correction: Correction, _ conversion: Conversion) -> String { Self.text(of: conversion.corrected(by: correction)) }

    // MARK: Statuses

    @Test func `a step forward is taken`() {
        #expect(
            after(Correction(status: "approved"), Self.sale(status: "pending"))
                == "update status, status approved, amount EUR 100.00, refund -, refunded -")
        #expect(
            after(Correction(status: "chargeback", reason: "stolen card"), Self.sale())
                == "update status, status chargeback, amount EUR 100.00, refund -, refunded -")
        #expect(
            after(Correction(status: "rejected"), Self.sale(status: nil))
                == "update status, status rejected, amount EUR 100.00, refund -, refunded -")
    }

    @Test func `a step back, or sideways, changes nothing and has a note`() {
        #expect(
            after(Correction(status: "pending"), Self.sale())
                == "unchanged: the status 'pending' came after 'approved'; a status never goes back")
        #expect(
            after(Correction(status: "approved"), Self.sale(status: "rejected")) == "unchanged: the conversion is rejected, which is final")
        #expect(
            after(Correction(status: "chargeback"), Self.sale(status: "rejected"))
                == "unchanged: the conversion is rejected, which is final")
        #expect(
            after(Correction(status: "refunded"), Self.sale(status: "chargeback"))
                == "unchanged: the conversion is chargeback already; a refund changes nothing")
        #expect(
            after(Correction(status: "pending_review"), Self.sale(status: "pending"))
                == "unchanged: the status 'pending_review' adds nothing to 'pending'; nothing changes")
        #expect(
            after(Correction(status: "pending"), Self.sale(status: nil))
                == "unchanged: the status 'pending' adds nothing to 'none'; nothing changes")
    }

    @Test func `the same again changes nothing`() {
        #expect(after(Correction(status: "approved"), Self.sale()) == "unchanged: the message has nothing new")
        #expect(after(Correction(status: "rejected"), Self.sale(status: "rejected")) == "unchanged: the conversion is rejected already")
        #expect(after(Correction(), Self.sale()) == "unchanged: the message has nothing new")
    }

    // MARK: Refunds

    @Test func `a refund without an amount takes back the rest`() throws {
        #expect(
            after(Correction(status: "refunded"), Self.sale())
                == "update refund, status refunded, amount EUR 100.00, refund EUR 100.00, refunded EUR 100.00")
        var sale = Self.sale()
        guard case .changed(let partly) = sale.corrected(by: Correction(status: "refunded", refund: try Self.major("30"))) else {
            Issue.record("the first refund was not taken")
            return
        }
        #expect(
            Self.text(of: .changed(partly)) == "update refund, status approved, amount EUR 100.00, refund EUR 30.00, refunded EUR 30.00")
        sale = partly
        #expect(
            after(Correction(status: "refunded"), sale)
                == "update refund, status refunded, amount EUR 100.00, refund EUR 70.00, refunded EUR 100.00")
        #expect(
            after(Correction(refund: try Self.major("70")), sale)
                == "update refund, status refunded, amount EUR 100.00, refund EUR 70.00, refunded EUR 100.00")
        #expect(
            after(Correction(refund: try Self.major("70.01")), sale)
                == "invalid_amount: a refund of EUR 70.01 is more than the EUR 70.00 that is left; EUR 30.00 of EUR 100.00 went back before"
        )
        #expect(
            after(Correction(status: "approved"), sale) == "unchanged: the message has nothing new", "a refund keeps the status")
    }

    @Test func `a sale without an amount can go back whole, but not in part`() throws {
        let sale = Self.sale(nil, nil)
        #expect(after(Correction(status: "refunded"), sale) == "update refund, status refunded, amount -, refund -, refunded -")
        #expect(
            after(Correction(refund: try Self.major("5")), sale)
                == "invalid_amount: a refund of 5 needs the sale's amount, and the conversion has none")
    }

    @Test func `an impossible refund is refused`() throws {
        #expect(
            after(Correction(refund: try Self.major("100.01")), Self.sale())
                == "invalid_amount: a refund of EUR 100.01 is more than the EUR 100.00 that is left")
        #expect(
            after(Correction(refund: try Self.major("0")), Self.sale())
                == "invalid_amount: a refund of EUR 0.00 takes nothing back; send an amount above zero")
        #expect(
            after(Correction(refund: try Self.major("-5")), Self.sale())
                == "invalid_amount: a refund of EUR -5.00 takes nothing back; send an amount above zero")
        #expect(
            after(Correction(refund: try Self.major("5"), currency: "USD"), Self.sale())
                == "invalid: the correction is in USD, but the conversion is in EUR; amounts are corrected in the currency of the first message"
        )
        #expect(
            after(Correction(refund: try Self.major("5.005")), Self.sale())
                == "update refund, status approved, amount EUR 100.00, refund EUR 5.005, refunded EUR 5.005")
        #expect(
            after(Correction(status: "refunded", currency: "USD"), Self.sale())
                == "invalid: the correction is in USD, but the conversion is in EUR; amounts are corrected in the currency of the first message"
        )
    }

    @Test func `minor units are read in the conversion's currency and the sender's exponents`() throws {
        let thousand = try ExactDecimal(parsing: "1000")
        func refund(of sale: Conversion, _ exponents: CurrencyExponents = .iso) -> String {
            after(Correction(refund: .minor(thousand, exponents)), sale)
        }
        #expect(refund(of: Self.sale()) == "update refund, status approved, amount EUR 100.00, refund EUR 10.00, refunded EUR 10.00")
        #expect(
            refund(of: Self.sale("2000", "JPY")) == "update refund, status approved, amount JPY 2000, refund JPY 1000, refunded JPY 1000")
        #expect(
            refund(of: Self.sale("100", "KWD"))
                == "update refund, status approved, amount KWD 100.000, refund KWD 1.000, refunded KWD 1.000")
        let isk = CurrencyExponents(overrides: [try #require(Currency(code: "ISK")): 2])
        #expect(refund(of: Self.sale("20", "ISK"), isk) == "update refund, status approved, amount ISK 20, refund ISK 10, refunded ISK 10")
        #expect(
            refund(of: Self.sale("20", "USDT"))
                == "invalid_amount: an amount of 1000 in minor units cannot be read: the conversion is in USDT, which has no minor unit")
        #expect(
            refund(of: Self.sale("20", nil))
                == "invalid_amount: an amount of 1000 in minor units cannot be read: the conversion is in no known currency")
    }

    // MARK: Amounts

    @Test func `a new worth replaces the old one, never below what went back`() throws {
        #expect(
            after(Correction(amount: try Self.major("80")), Self.sale())
                == "update amount, status approved, amount EUR 80.00, refund -, refunded -")
        #expect(
            after(Correction(status: "approved", amount: try Self.major("80")), Self.sale(status: "pending"))
                == "update status, status approved, amount EUR 80.00, refund -, refunded -")
        #expect(
            after(Correction(amount: try Self.major("-80")), Self.sale())
                == "invalid_amount: a sale cannot be worth EUR -80.00; what goes back is a refund")
        var sale = Self.sale()
        sale[.refunded] = .number(ExactDecimal(30))
        #expect(
            after(Correction(amount: try Self.major("29.99")), sale)
                == "invalid_amount: an amount of EUR 29.99 is less than the EUR 30.00 that went back already")
        #expect(
            after(Correction(amount: try Self.major("30")), sale)
                == "update amount, status refunded, amount EUR 30.00, refund -, refunded EUR 30.00")
        #expect(
            after(Correction(amount: try Self.major("5"), currency: "EUR"), Self.sale(nil, nil))
                == "update amount, status approved, amount EUR 5.00, refund -, refunded -")
    }

    @Test func `a late message changes the amount as little as the status`() throws {
        #expect(
            after(Correction(status: "pending", amount: try Self.major("80")), Self.sale())
                == "unchanged: the status 'pending' came after 'approved'; a status never goes back")
    }

    @Test func `amounts of a source that adds count on top`() throws {
        #expect(
            after(Correction(status: "approved", amount: try Self.major("5"), adds: true), Self.sale())
                == "update amount, status approved, amount EUR 105.00, refund -, refunded -")
        #expect(
            after(Correction(amount: try Self.major("-100.01"), adds: true), Self.sale())
                == "invalid_amount: EUR 100.00 and EUR -100.01 add up to less than zero")
        #expect(
            after(Correction(amount: try Self.major("0"), adds: true), Self.sale()) == "unchanged: the message has nothing new")
    }

    // MARK: Repeats

    @Test func `a repeat corrects by the status and the amount that it states`() throws {
        let current = Self.sale(status: "pending")
        var message = Self.sale("80")
        message[.reason] = .text("checked")
        let correction = Conversion.correction(of: current, byRepeat: message, adding: false)
        #expect(correction == Correction(status: "approved", amount: try Self.major("80"), currency: "EUR", reason: "checked"))
        #expect(Conversion.correction(of: current, byRepeat: Self.sale(nil, nil, status: nil), adding: false) == Correction())
        #expect(Conversion.correction(of: current, byRepeat: message, adding: true).adds)
        #expect(
            Conversion.correction(of: current, byRepeat: Self.sale("80", status: "rejected"), adding: false)
                == Correction(status: "rejected"))
    }

    @Test func `a correction comes back from its document`() throws {
        let isk = CurrencyExponents(overrides: [try #require(Currency(code: "ISK")): 2, try #require(Currency(code: "USDT")): 6])
        for correction in [
            Correction(), Correction(status: "refunded", refund: .minor(ExactDecimal(1000), isk)),
            Correction(refund: .minor(ExactDecimal(1000), .iso), reason: "ü \"x\""),
            Correction(
                status: "approved", amount: try Self.major("49.90"), adds: true, currency: "EUR",
                occurredAt: Timestamp(seconds: 1_763_600_000)),
        ] {
            #expect(Correction(document: correction.document()) == correction)
        }
        #expect(Correction(document: Array(#"{"refund":true}"#.utf8)) == nil)
        #expect(Correction(document: []) == nil)
    }
}
