/// A mapping read backwards for one destination: turns conversions into that tracker's requests.
///
/// Never sends an empty value: a conversion that lacks what the tracker needs is a `Skip` with the reason.
package struct MappingWriter: Sendable {
    package let mapping: Mapping
    package let settings: [String: SettingValue]
    package let credentials: [String: String]
    let settingValues: [Value]
    private let exponents: CurrencyExponents
    private let surplus: SurplusRule?
    private let fields: [FieldWriter]
    private let itemFields: [FieldWriter]
    private let checks: [Check]
    let signer: (key: Signer, plan: SignaturePlan, way: SignaturePlan.Way)?
    private let address: AddressWriter
    private let headers: [(name: String, value: String)]
    private let secretHeaders: Set<String>
    private let secretMembers: Set<String>
    /// Parameters that are the same in every request: credentials in the query.
    let secretQuery: [(name: String, value: String)]
    private let output: OutputPlan
    let format: (any BodyFormat)?
    /// How corrections are written.
    let updates: [UpdateWriter]

    /// - Parameters:
    ///   - url: scheme, host and, if the tracker is below one, a path; the tracker's own path is added to it.
    ///   - credentials: by name; a missing one is left out.
    /// - Throws: the setting that the path needs and that is missing.
    package init(
        _ mapping: Mapping, url: String, settings: [String: SettingValue] = [:], credentials: [String: String] = [:],
        exponents: CurrencyExponents = CurrencyExponents(), surplus: SurplusRule? = nil
    ) throws(PathPlan.MissingSetting) {
        self.mapping = mapping
        self.settings = settings
        self.credentials = credentials
        self.exponents = exponents
        self.surplus = surplus
        settingValues = mapping.settingValues(settings)
        let bound = mapping.fields.indices.compactMap { FieldWriter($0, of: mapping, settings: settings) }
        fields = bound.filter { !$0.isItem }
        itemFields = bound.filter(\.isItem)
        checks = mapping.checks.filter { $0.side != .in }
        let address = try AddressWriter(mapping.request, of: mapping, url: url, settings: settings, credentials: credentials)
        self.address = address
        format = mapping.request.writtenFormat
        var headers: [(name: String, value: String)] = []
        var secretHeaders: Set<String> = []
        var secretQuery: [(name: String, value: String)] = []
        var members: [(name: String, value: String)] = []
        for plan in mapping.credentials where !plan.signsOnly {
            guard let place = plan.places.first, let value = credentials[plan.name] else { continue }
            switch place {
            case .header(let name):
                headers.append((name, plan.form?.text(of: value) ?? value))
                secretHeaders.insert(name)
            case .bearer:
                headers.append(("Authorization", "Bearer \(value)"))
                secretHeaders.insert("Authorization")
            case .query(let name): secretQuery.append((name, value))
            case .body(let name): members.append((name, value))
            case .basicUser, .basicPassword, .path: break
            }
        }
        if let basic = mapping.basicCredentials(credentials) {
            headers.append(("Authorization", basic.header))
            secretHeaders.insert("Authorization")
        }
        if let format { headers.append(("Content-Type", format.contentType)) }
        headers.append(("Accept", "application/json"))
        self.headers = headers
        self.secretHeaders = secretHeaders
        self.secretQuery = secretQuery
        secretMembers = Set(members.map(\.name))
        output = OutputPlan(mapping, constants: members)
        if let plan = mapping.signature, let secret = credentials[plan.credential], let way = plan.way(hasBody: format != nil) {
            signer = (Signer(plan, secret: secret, forms: []), plan, way)
        } else {
            signer = nil
        }
        var updates: [UpdateWriter] = []
        for plan in mapping.updates where plan.isForDestinations {
            let update = try UpdateWriter(plan) { own throws(PathPlan.MissingSetting) in
                try MappingWriter(
                    own, url: address.base, settings: settings, credentials: credentials, exponents: exponents, surplus: surplus)
            }
            updates.append(update)
        }
        self.updates = updates
    }

    /// A conversion with `update` is written as a correction, any other by the tracker's main request.
    ///
    /// - Parameter now: what `now` is in the mapping's expressions.
    package func write(_ conversion: Conversion, at now: Timestamp) throws(Skip) -> OutboundRequest {
        if !conversion[.update].isAbsent { return try writeUpdate(conversion, at: now) }
        return try writeRequest(conversion, at: now)
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
        let (fitted, amounts) = conversion.fitted(toDecimals: decimals, mode)
        context.fitted = amounts
        return try writeRequest(fitted, &context, at: now)
    }

    /// How amounts of this currency are rounded in the request; nil if none is.
    private func roundsAmounts(_ currency: Currency?) -> (decimals: Int, mode: RoundingMode)? {
        guard let currency, let exponent = exponents.exponent(of: currency) else { return nil }
        for field in fields {
            guard var format = field.moneyFormat else { continue }
            if let surplus { format.surplus = surplus }
            if format.rounds(currency, exponents) { return format.writingMode.map { (exponent, $0) } }
        }
        return nil
    }

    private func writeRequest(
        _ conversion: Conversion, _ context: inout ConverterContext, at now: Timestamp
    ) throws(Skip) -> OutboundRequest {
        let input = ExpressionInput(conversion, variables: settingValues, now: now)
        for index in checks.indices where !checks[index].need.isTrue(input) { throw Skip(checks[index].sentence.text(input)) }
        var wires = [WireValue](repeating: .absent, count: mapping.fields.count)
        for field in fields { wires[field.index] = try field.write(input, &context) }
        let rows = try conversion.items.isEmpty ? synthesizedRow(input, &context) : itemRows(conversion, &context)
        var request = try finish(wires, rows, conversion, at: now)
        request.warnings = context.warnings
        return request
    }

    private func itemRows(_ conversion: Conversion, _ context: inout ConverterContext) throws(Skip) -> [[WireValue]] {
        guard output.hasItems else { return [] }
        var rows: [[WireValue]] = []
        rows.reserveCapacity(conversion.items.count)
        for item in conversion.items {
            var row = [WireValue](repeating: .absent, count: mapping.fields.count)
            for field in itemFields { row[field.index] = try field.write(item, &context) }
            rows.append(row)
        }
        return rows
    }

    /// One line for an order that came without items, if the mapping says how to make it.
    private func synthesizedRow(_ input: borrowing ExpressionInput, _ context: inout ConverterContext) throws(Skip) -> [[WireValue]] {
        guard output.hasItems, itemFields.contains(where: \.isSynthesized) else { return [] }
        var row = [WireValue](repeating: .absent, count: mapping.fields.count)
        for field in itemFields { row[field.index] = try field.synthesize(input, &context) }
        return [row]
    }

    private func finish(
        _ wires: [WireValue], _ rows: [[WireValue]], _ conversion: Conversion, at now: Timestamp
    ) throws(Skip) -> OutboundRequest {
        let address = try address.address(conversion, wires)
        var request = OutboundRequest(
            method: mapping.request.methods[0], url: address.url, maskedURL: address.masked, headers: headers, body: [],
            secretHeaders: secretHeaders, secretMembers: secretMembers)
        if let body = output.body { request.body = body.body(wires, rows) }
        let fieldHeaders = output.headers.pairs(wires)
        if !fieldHeaders.isEmpty { request.headers += fieldHeaders }
        var query = output.query.pairs(wires)
        if signer != nil { try sign(&request, &query, Signing(conversion, wires, address, now)) }
        if !query.isEmpty || !secretQuery.isEmpty {
            let joint = request.url.contains("?") ? "&" : "?"
            let masked = secretQuery.map { "\($0.name.percentEncoded)=***" } + (query.isEmpty ? [] : [Parameters.encoded(query)])
            request.url += joint + Parameters.encoded(secretQuery + query)
            request.maskedURL += joint + masked.joined(separator: "&")
        }
        return request
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
