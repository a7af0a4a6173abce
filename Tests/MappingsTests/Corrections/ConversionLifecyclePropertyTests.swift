import FuzzProperties
import Testing

@testable import Mappings

/// What holds of every conversion, whatever arrives and in which order.
struct ConversionLifecyclePropertyTests {
    private static func amount(_ random: inout SeededGenerator) -> Correction.Amount {
        let cents = ExactDecimal(Int64.random(in: -200...6000, using: &random))
        return Bool.random(using: &random) ? .minor(cents, .iso) : .major(cents.scaled(byPowerOfTen: -2) ?? .zero)
    }

    private static func correction(_ random: inout SeededGenerator, absolute: Bool = false) -> Correction {
        var correction = Correction()
        if Int.random(in: 0..<3, using: &random) > 0 { correction.status = Field.statuses.randomElement(using: &random) }
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where !absolute: correction.refund = amount(&random)
        case 1:
            correction.amount = amount(&random)
            correction.adds = !absolute && Bool.random(using: &random)
        default: break
        }
        if Int.random(in: 0..<8, using: &random) == 0 { correction.currency = ["EUR", "USD"].randomElement(using: &random) }
        return correction
    }

    private static func conversion(_ random: inout SeededGenerator) -> Conversion {
        let status = Int.random(in: 0..<4, using: &random) == 0 ? nil : Field.statuses.prefix(3).randomElement(using: &random)
        let hasAmount = Int.random(in: 0..<5, using: &random) > 0
        return ConversionLifecycleTests.sale(
            hasAmount ? "\(Int.random(in: 1...100, using: &random))" : nil, hasAmount ? "EUR" : nil, status: status)
    }

    private static func rank(_ conversion: Conversion) -> Int { Correction.Status.rank(conversion.text(.status)) }

    @Test func `the status only rises, what is final stays, and never more goes back than the sale was worth`() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<3000 {
            var conversion = Self.conversion(&random)
            for _ in 0..<12 {
                guard case .changed(let next) = conversion.corrected(by: Self.correction(&random)) else { continue }
                #expect(Self.rank(conversion) < 2, "a final conversion was changed")
                #expect(Self.rank(next) >= Self.rank(conversion))
                let (worth, back) = (next[.amount].number, next[.refunded].number ?? .zero)
                #expect(back <= worth ?? .zero)
                #expect(back >= conversion[.refunded].number ?? .zero)
                if back != .zero { #expect((back == worth) == (next.text(.status) == "refunded")) }
                #expect(Field.updates.contains(next.text(.update) ?? ""))
                #expect(next.id == conversion.id && next.text(.type) == "sale")
                if let step = next[.refund].number {
                    #expect(step > .zero && next[.refunded].number == (conversion[.refunded].number ?? .zero).adding(step))
                }
                conversion = next
            }
        }
    }

    @Test func `a correction with nothing new changes nothing`() {
        var random = SeededGenerator(seed: 12)
        for _ in 0..<5000 {
            let conversion = Self.conversion(&random)
            let correction = Self.correction(&random, absolute: true)
            guard case .changed(let once) = conversion.corrected(by: correction) else { continue }
            if case .changed(let twice) = once.corrected(by: correction) { Issue.record("\(correction): \(twice.values)") }
        }
    }

    @Test func `refunds give the same in every order`() {
        var random = SeededGenerator(seed: 13)
        for _ in 0..<2000 {
            let sale = ConversionLifecycleTests.sale("60")
            // Together they may be the whole sale, never more.
            let refunds = (0..<3).map { _ in Correction(refund: .minor(ExactDecimal(Int64.random(in: 1...2000, using: &random)), .iso)) }
            let ends = [refunds, refunds.reversed(), refunds.shuffled(using: &random)].map { order in
                order.reduce(sale) { sale, refund in
                    if case .changed(let next) = sale.corrected(by: refund) { next } else { sale }
                }
            }
            #expect(ends.allSatisfy { $0[.refunded] == ends[0][.refunded] && $0[.status] == ends[0][.status] })
        }
    }
}
