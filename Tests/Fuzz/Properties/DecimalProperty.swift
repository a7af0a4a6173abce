import Mappings

/// Numbers come back from their text exact, arithmetic is exact or says that it cannot, and money comes back as it was written.
enum DecimalProperty {
    /// Numbers, separated by white space.
    static func check(_ bytes: [UInt8]) throws(Violation) {
        let texts = bytes.split(separator: UInt8(ascii: " ")).prefix(3).map(Array.init)
        var numbers: [ExactDecimal] = []
        for text in texts {
            guard let number = try? ExactDecimal(parsing: text) else {
                _ = DecimalError.Kind.allCases
                continue
            }
            numbers.append(number)
            try checkText(number)
            try checkMoney(number, text: text.text)
        }
        guard let first = numbers.first, let last = numbers.last else { return }
        try checkArithmetic(first, last)
        try checkArithmetic(last, first)
    }

    private static func checkText(_ number: ExactDecimal) throws(Violation) {
        let text = number.description
        try Violation.require((try? ExactDecimal(parsing: text)) == number, "\(text) is read as another number")
        for decimals in [0, 2, 3, 30] {
            guard let padded = number.text(decimals: decimals) else { continue }
            try Violation.require((try? ExactDecimal(parsing: padded)) == number, "\(text) with \(decimals) decimals is \(padded)")
        }
        try Violation.require(number.negated.negated == number, "\(text) negated twice is another number")
        for mode in RoundingMode.allCases {
            let rounded = number.rounded(toDecimals: 2, mode)
            try Violation.require(rounded.rounded(toDecimals: 2, mode) == rounded, "\(text) rounds on by \(mode) from \(rounded)")
            try Violation.require(rounded.decimals <= 2, "\(text) rounded by \(mode) to 2 decimals is \(rounded)")
        }
    }

    private static func checkArithmetic(_ left: ExactDecimal, _ right: ExactDecimal) throws(Violation) {
        try Violation.require(left.adding(right) == right.adding(left), "\(left) + \(right) depends on the order")
        try Violation.require(left.multiplied(by: right) == right.multiplied(by: left), "\(left) × \(right) depends on the order")
        if let sum = left.adding(right) {
            try Violation.require(sum.subtracting(right).map { $0 == left } ?? true, "(\(left) + \(right)) - \(right) is another number")
        }
        try Violation.require(left.subtracting(left) == .zero, "\(left) - \(left) is not 0")
        try Violation.require(left.multiplied(by: ExactDecimal(1)) == left, "\(left) × 1 is another number")
        if let product = left.multiplied(by: right), !right.isZero,
            let quotient = product.divided(by: right, decimals: 20, rounding: .halfEven)
        {
            try Violation.require(left.decimals > 20 || quotient == left, "(\(left) × \(right)) ÷ \(right) is \(quotient)")
        }
        let relations = [left < right, right < left, left == right].count { $0 }
        try Violation.require(relations == 1, "\(left) and \(right) have \(relations) relations")
        if let difference = left.subtracting(right) {
            try Violation.require(difference.isNegative == (left < right), "\(left) < \(right) contradicts their difference \(difference)")
        }
    }

    /// What a format reads, it writes as the same amount; what it writes, it reads.
    private static func checkMoney(_ number: ExactDecimal, text: String) throws(Violation) {
        for code in ["EUR", "JPY", "KWD", "CLF", "XAU"] {
            let currency = Currency(code: code)
            for unit in MoneyFormat.Unit.allCases {
                let format = MoneyFormat(unit: unit, allowsNegative: true)
                guard let reading = try? format.read(text, currency: currency) else { continue }
                var bytes: [UInt8] = []
                do throws(MoneyError) {
                    try format.write(reading.amount, currency: currency, into: &bytes)
                } catch {
                    throw Violation(description: "\(code) \(text) is read as \(reading.amount) and cannot be written in \(unit) units")
                }
                let again = try? format.read(bytes.text, currency: currency)
                try Violation.require(again?.amount == reading.amount, "\(code) \(text) comes back from \(unit) units as \(bytes.text)")
            }
        }
    }
}
