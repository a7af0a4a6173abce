/// A mapping read backwards for one destination: turns conversions into that tracker's requests.
///
/// Never sends an empty value: a conversion that lacks what the tracker needs is a `Skip` with the reason.
///
/// A class, since a mapping has many parts and hardly any request needs a copy of them.
package final class MappingWriter: Sendable {
    package let mapping: Mapping
    package let settings: [String: SettingValue]
    package let credentials: [String: String]
    let settingValues: [Value]
    private let exponents: CurrencyExponents
    private let surplus: SurplusRule?
    private let fields: FixedList<FieldWriter>
    private let itemFields: FixedList<FieldWriter>
    private let fieldCount: Int
    private let checks: [Check]
    /// What each of them needs.
    private let needs: FixedList<Formula>
    let signer: (key: Signer, plan: SignaturePlan, way: SignaturePlan.Way)?
    private let address: AddressWriter
    private let headers: [(name: String, value: String)]
    private let secretHeaders: Set<String>
    /// How the access token is got that goes into each request; nil if the tracker wants none.
    package let token: TokenRequest?
    private let secretMembers: Set<String>
    /// Parameters that are the same in every request: credentials in the query.
    let secretQuery: [(name: String, value: String)]
    private let output: OutputPlan
    /// What is around the body, if no conversion changes it.
    private let frame: OutboundRequest.Frame?
    let format: (any BodyFormat)?
    /// How corrections, and some first messages, are written.
    let messages: [MessageWriter]
    let hasOtherFirsts: Bool
    /// Of a correction's own request: the fields that say how much goes back.
    private let takenBackFields: [Int]

    /// - Parameters:
    ///   - url: scheme, host and, if the tracker is below one, a path; the tracker's own path is added to it.
    ///   - credentials: by name; a missing one is left out.
    ///   - tokenURL: where the access token is fetched, instead of the mapping's address.
    /// - Throws: the setting that the path or the token's address needs and that is missing.
    package init(
        _ mapping: Mapping, url: String, settings: [String: SettingValue] = [:], credentials: [String: String] = [:],
        exponents: CurrencyExponents = CurrencyExponents(), surplus: SurplusRule? = nil, tokenURL: String? = nil
    ) throws(PathPlan.MissingSetting) {
        self.mapping = mapping
        self.settings = settings
        self.credentials = credentials
        self.exponents = exponents
        self.surplus = surplus
        settingValues = mapping.settingValues(settings)
        let bound = mapping.fields.indices.compactMap { FieldWriter($0, of: mapping, settings: settings) }
        fields = FixedList(bound.filter { !$0.isItem })
        itemFields = FixedList(bound.filter(\.isItem))
        fieldCount = mapping.fields.count
        checks = mapping.checks.filter { $0.side != .in }
        needs = FixedList(checks.map(\.need.formula))
        let address = try AddressWriter(mapping.request, of: mapping, url: url, settings: settings, credentials: credentials)
        self.address = address
        format = mapping.request.writtenFormat
        token = try mapping.token.flatMap { plan, place throws(PathPlan.MissingSetting) in
            try TokenRequest(plan, at: place, url: tokenURL, credentials: credentials) { mapping.setting($0, settings) }
        }
        let written = WrittenCredentials(credentials, of: mapping, token: token)
        var headers = written.headers
        if let format { headers.append(("Content-Type", format.contentType)) }
        headers.append(("Accept", "application/json"))
        self.headers = headers
        secretHeaders = Set(written.headers.map(\.name))
        secretQuery = written.query
        secretMembers = Set(written.members.map(\.name))
        let output = OutputPlan(mapping, constants: written.members)
        self.output = output
        if let plan = mapping.signature, let secret = credentials[plan.credential], let way = plan.way(hasBody: format != nil) {
            signer = (Signer(plan, secret: secret, forms: []), plan, way)
        } else {
            signer = nil
        }
        let isFixed = signer == nil && secretQuery.isEmpty && output.query.isEmpty && output.headers.isEmpty
        frame = (isFixed ? address.fixed : nil).map { fixed in
            OutboundRequest.Frame(
                method: mapping.request.methods[0], url: fixed.url, maskedURL: fixed.masked, headers: headers,
                secretHeaders: Set(written.headers.map(\.name)), secretMembers: Set(written.members.map(\.name)))
        }
        takenBackFields = mapping.isCorrection ? mapping.fields.indices.filter { mapping.fields[$0].saysHowMuch } : []
        var messages: [MessageWriter] = []
        for plan in mapping.messages where plan.isForDestinations {
            let message = try MessageWriter(plan) { own throws(PathPlan.MissingSetting) in
                try MappingWriter(
                    own, url: address.base, settings: settings, credentials: credentials, exponents: exponents, surplus: surplus,
                    tokenURL: tokenURL)
            }
            messages.append(message)
        }
        self.messages = messages
        hasOtherFirsts = messages.contains { $0.role == .first }
    }

    /// A conversion with `update` is written as a correction, any other by the tracker's main request.
    ///
    /// - Parameter now: what `now` is in the mapping's expressions.
    package func write(_ conversion: Conversion, at now: Timestamp) throws(Skip) -> OutboundRequest {
        if !conversion[.update].isAbsent { return try writeUpdate(conversion, at: now) }
        return try writeFirst(conversion, at: now)
    }

    func writeRequest(_ conversion: Conversion, at now: Timestamp) throws(Skip) -> OutboundRequest {
        var context = ConverterContext(currency: conversion.currency, exponents: exponents)
        context.surplus = surplus
        do throws(Skip) {
            return try writeFitted(conversion, &context, at: now)
        } catch {
            guard let unfit = context.unfit else { throw error }
            // A sale is not held back by a country that is none.
            var rest = conversion
            rest[unfit.path] = .absent
            var request = try writeRequest(rest, at: now)
            request.warnings.insert("\(unfit.sentence); it was left out", at: 0)
            return request
        }
    }

    private func writeFitted(
        _ conversion: Conversion, _ context: inout ConverterContext, at now: Timestamp
    ) throws(Skip) -> OutboundRequest {
        guard !conversion[.refunded].isAbsent || conversion.remainder != nil, let (decimals, mode) = roundsAmounts(conversion.currency)
        else {
            return try writeRequest(conversion, &context, at: now)
        }
        let (fitted, unrounded) = conversion.fitted(toDecimals: decimals, mode)
        context.unrounded = unrounded
        return try writeRequest(fitted, &context, at: now)
    }

    /// How amounts of this currency are rounded in the request; nil if none is.
    private func roundsAmounts(_ currency: Currency?) -> (decimals: Int, mode: RoundingMode)? {
        guard let currency, let exponent = exponents.exponent(of: currency) else { return nil }
        func format(_ field: FieldWriter) -> MoneyFormat? {
            guard var format = field.moneyFormat else { return nil }
            if let surplus { format.surplus = surplus }
            return format.rounds(currency, exponents) ? format : nil
        }
        return fields.first { format($0) != nil }.flatMap(format)?.writingMode.map { (exponent, $0) }
    }

    private func writeRequest(
        _ conversion: Conversion, _ context: inout ConverterContext, at now: Timestamp
    ) throws(Skip) -> OutboundRequest {
        let input = ExpressionInput(conversion, variables: settingValues, now: now)
        for index in 0..<needs.count where !needs.with(index, { $0.isTrue(input, Formula.noItem) }) { throw checks[index].skip(input) }
        let wires = WireList(count: fieldCount)
        if let unrounded = context.unrounded {
            let exact = ExpressionInput(unrounded.conversion, variables: settingValues, now: now)
            try fields.walk { (field) throws(Skip) in
                context.exact = unrounded.amount(field.amount(exact))
                try field.write(input, &context, into: wires)
            }
            context.exact = nil
        } else {
            try fields.walk { (field) throws(Skip) in
                if let optional = field.optionalField, !input.conversion.has(optional) { return }
                try field.write(input, &context, into: wires)
            }
        }
        if mapping.isCorrection { try checkPart(conversion, wires) }
        let rows = try conversion.items.isEmpty ? synthesizedRow(input, &context) : itemRows(input, &context)
        try itemFields.walk { (field) throws(Skip) in if field.isJoined { wires[field.index] = try field.join(rows, &context) } }
        if mapping.request.isPerItem, let row = rows.first {
            itemFields.walk { if $0.isAlone { wires[$0.index] = row[$0.index] } }
        }
        return try finish(wires, rows, conversion, context.warnings, at: now)
    }

    /// A call that does not say how much goes back takes back all. For a part it is sent only if the mapping says so.
    private func checkPart(_ conversion: Conversion, _ wires: WireList) throws(Skip) {
        guard conversion.text(.update) == "refund", let rest = conversion[.remaining].number, rest > .zero,
            !mapping.sendsPartsAsWhole, takenBackFields.allSatisfy({ wires.isAbsent($0) })
        else { return }
        throw Skip(
            "\(mapping.request.path.description) of \(mapping.tracker) does not say how much goes back, so it would take back all; "
                + "\(conversion.change) was not sent")
    }

    private func itemRows(_ input: ExpressionInput, _ context: inout ConverterContext) throws(Skip) -> [WireList] {
        guard output.hasItems else { return [] }
        var rows: [WireList] = []
        rows.reserveCapacity(input.conversion.items.count)
        for (place, item) in input.conversion.items.enumerated() {
            let row = WireList(count: fieldCount)
            try itemFields.walk { (field) throws(Skip) in row[field.index] = try field.write(item, at: place, input, &context) }
            rows.append(row)
        }
        try itemFields.walk { (field) throws(Skip) in if field.isKey { try checkNames(field.index, rows) } }
        return rows
    }

    /// An object has one member of a name.
    private func checkNames(_ field: Int, _ rows: [WireList]) throws(Skip) {
        var known: Set<String> = []
        for row in rows {
            guard let name = row[field].text, !known.insert(name).inserted else { continue }
            throw Skip("\(mapping.tracker) has one place for each \(mapping.fields[field].name), and two items are \(name.quotedBriefly)")
        }
    }

    /// One line for an order that came without items, if the mapping says how to make it.
    private func synthesizedRow(_ input: ExpressionInput, _ context: inout ConverterContext) throws(Skip) -> [WireList] {
        guard output.hasItems, mapping.request.isPerItem || itemFields.contains(where: \.isSynthesized) else { return [] }
        let row = WireList(count: fieldCount)
        try itemFields.walk { (field) throws(Skip) in row[field.index] = try field.synthesize(input, &context) }
        return [row]
    }

    private func finish(
        _ wires: WireList, _ rows: [WireList], _ conversion: Conversion, _ warnings: [String], at now: Timestamp
    ) throws(Skip) -> OutboundRequest {
        if let frame {
            let written = try output.body?.body(wires, rows)
            return OutboundRequest(frame, body: written?.bytes ?? [], element: written?.element, warnings: warnings)
        }
        var address = try address.address(conversion, wires)
        let written = try output.body?.body(wires, rows)
        var parts = UnsignedParts(headers: headers, query: output.query.pairs(wires, rows), body: written?.bytes ?? [])
        let fieldHeaders = output.headers.pairs(wires)
        if !fieldHeaders.isEmpty { parts.headers += fieldHeaders }
        if signer != nil { try sign(&parts, Signing(conversion, wires, address, now)) }
        if !parts.query.isEmpty || !secretQuery.isEmpty {
            let joint = address.url.contains("?") ? "&" : "?"
            let query = parts.query.isEmpty ? [] : [Parameters.encoded(parts.query)]
            let masked = secretQuery.map { "\($0.name.percentEncoded)=***" } + query
            address.url += joint + Parameters.encoded(secretQuery + parts.query)
            address.masked += joint + masked.joined(separator: "&")
        }
        return OutboundRequest(
            method: mapping.request.methods[0], url: address.url, maskedURL: address.masked, headers: parts.headers, body: parts.body,
            element: written?.element, secretHeaders: secretHeaders, secretMembers: secretMembers, warnings: warnings)
    }
}

extension MappingWriter {
    /// Scheme, host and what of the path no conversion changes, without credentials.
    package var url: String { address.shown }

    /// What must not be shown: the credentials, and how a request holds them.
    package var secrets: [String] {
        Array(credentials.values) + (mapping.basicCredentials(credentials).map { [$0.token] } ?? [])
    }
}
