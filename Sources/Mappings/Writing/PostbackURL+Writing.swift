extension PostbackURL {
    /// - Parameter surplus: what becomes of decimals that a currency does not have; nil sends them.
    package func write(
        _ conversion: Conversion, exponents: CurrencyExponents = CurrencyExponents(), surplus: SurplusRule? = nil
    ) throws(Skip) -> OutboundRequest {
        var context = ConverterContext(currency: conversion.currency, exponents: exponents)
        context.surplus = surplus
        if !conversion[.update].isAbsent { return try writeUpdate(conversion, &context) }
        guard conversion.remainder != nil else { return try fill(conversion, &context) }
        var rest = conversion
        fit(&rest, &context)
        return try fill(rest, &context)
    }

    func fill(_ conversion: Conversion, _ context: inout ConverterContext) throws(Skip) -> OutboundRequest {
        if let needed, needed != .field(.orderID), conversion[needed].isAbsent {
            throw Skip("the \(key) needs \(needed), which the conversion does not have; a route can give it: set: { \(needed): … }")
        }
        var url = ""
        for piece in base {
            switch piece {
            case .literal(let text): url += text
            case .macro(let path, let name):
                guard let value = try text(of: path, conversion, &context) else {
                    throw Skip("the \(key) needs {\(name)} in its path, but the conversion has no \(path)")
                }
                url += value.percentEncoded
            case .remaining:
                guard let value = try remaining(of: conversion, &context) else {
                    throw Skip("the \(key) needs {\(Self.remaining)} in its path, but the conversion has no amount")
                }
                url += value
            }
        }
        // The operator fixes the path, and a segment of dots cannot be encoded: servers resolve `%2E%2E` too.
        if base.count > 1, Self.leadsElsewhere(url[...]) {
            throw Skip("a value would turn the path of the \(key) into \(url.quotedBriefly), which leads elsewhere")
        }
        var pairs: [String] = []
        parameters: for (name, pieces) in parameters {
            guard let pieces else {
                pairs.append(name)
                continue
            }
            var value = ""
            for piece in pieces {
                switch piece {
                case .literal(let text): value += text
                case .macro(let path, _):
                    guard let text = try text(of: path, conversion, &context) else { continue parameters }
                    value += text.percentEncoded
                case .remaining:
                    guard let text = try remaining(of: conversion, &context) else { continue parameters }
                    value += text
                }
            }
            pairs.append("\(name)=\(value)")
        }
        if !pairs.isEmpty { url += "?" + pairs.joined(separator: "&") }
        var request = OutboundRequest(method: "GET", url: url, maskedURL: url, headers: [], body: [])
        request.warnings = context.warnings
        return request
    }

    /// Amounts in major units with their currency's decimals, times in UNIX seconds as postbacks have them.
    private func text(of path: FieldPath, _ conversion: Conversion, _ context: inout ConverterContext) throws(Skip) -> String? {
        switch conversion[path] {
        case .absent where path == .field(.eventName): return conversion.text(.type)
        // A correction has the id of its conversion too.
        case .absent where path == .field(.orderID): return conversion[.id].description
        case .absent: return nil
        case .number(let number) where path.kind == .money:
            context.exact = context.unrounded.flatMap { $0.amount($0.conversion[path].number) }
            return try text(of: number, path.description, &context)
        case .time(let time): return String(time.seconds)
        case let value: return value.description
        }
    }

    private func remaining(of conversion: Conversion, _ context: inout ConverterContext) throws(Skip) -> String? {
        guard let amount = Self.remaining(of: conversion) else { return nil }
        context.exact = context.unrounded.flatMap { $0.amount(Self.remaining(of: $0.conversion), isSum: true) }
        return try text(of: amount, Self.remaining, &context)
    }

    private static func remaining(of conversion: Conversion) -> ExactDecimal? {
        guard let amount = conversion[.amount].number else { return nil }
        let isFinal = Correction.Status.rank(conversion.text(.status)) == Correction.Status.final
        return amount.subtracting(isFinal ? amount : conversion[.refunded].number ?? .zero) ?? amount
    }

    private static let money = MoneyConverter(
        format: MoneyFormat(unit: .major, allowsNegative: true), isPrecise: false, isTextOnWire: true)

    private func text(of amount: ExactDecimal, _ name: String, _ context: inout ConverterContext) throws(Skip) -> String? {
        context.field = name
        do throws(FieldFailure) {
            return try Self.money.write(.number(amount), &context).text
        } catch {
            throw Skip(error.sentence)
        }
    }
}
