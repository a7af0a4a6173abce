/// A mapping read backwards for one destination: turns conversions into that tracker's requests.
///
/// Never sends an empty value: a conversion that lacks what the tracker needs is a `Skip` with the reason.
package struct MappingWriter: Sendable {
    package let mapping: Mapping
    package let settings: [String: SettingValue]
    package let credentials: [String: String]
    let settingValues: [Value]
    private let exponents: CurrencyExponents
    private let fields: [FieldWriter]
    private let itemFields: [FieldWriter]
    private let checks: [Check]
    private let signer: Signer?
    /// Scheme, host and path; what follows is only the query.
    package let url: String
    private let headers: [(name: String, value: String)]
    private let secretHeaders: Set<String>
    private let secretMembers: Set<String>
    /// Parameters that are the same in every request: credentials in the query.
    private let secretQuery: [(name: String, value: String)]
    private let output: OutputPlan
    private let isBodyWritten: Bool
    private let isJSON: Bool
    /// How corrections are told.
    let updates: [UpdateWriter]

    /// - Parameters:
    ///   - url: scheme, host and, where the tracker lives below one, a path; the tracker's own path is put behind it.
    ///   - credentials: by name; a missing one is left out.
    /// - Throws: the setting that the path needs and that is missing.
    package init(
        _ mapping: Mapping, url: String, settings: [String: SettingValue] = [:], credentials: [String: String] = [:],
        exponents: CurrencyExponents = CurrencyExponents()
    ) throws(PathPlan.MissingSetting) {
        self.mapping = mapping
        self.settings = settings
        self.credentials = credentials
        self.exponents = exponents
        settingValues = mapping.settingValues(settings)
        let bound = mapping.fields.indices.compactMap { FieldWriter($0, of: mapping, settings: settings) }
        fields = bound.filter { !$0.isItem }
        itemFields = bound.filter(\.isItem)
        checks = mapping.checks.filter { $0.side != .in }
        let path = try mapping.request.path.text(settings).get()
        let given = url.hasSuffix("/") ? String(url.dropLast()) : url
        let base = given.hasSuffix(path) ? String(given.dropLast(path.count)) : given
        self.url = base + path
        isBodyWritten = mapping.request.readsBody(mapping.request.methods[0])
        isJSON = isBodyWritten && mapping.request.bodies.first == .json
        var headers: [(name: String, value: String)] = []
        var secretHeaders: Set<String> = []
        var secretQuery: [(name: String, value: String)] = []
        var members: [(name: String, value: String)] = []
        for plan in mapping.credentials where !plan.signsOnly {
            guard let place = plan.places.first, let value = credentials[plan.name] else { continue }
            switch place {
            case .header(let name):
                headers.append((name, value))
                secretHeaders.insert(name)
            case .bearer:
                headers.append(("Authorization", "Bearer \(value)"))
                secretHeaders.insert("Authorization")
            case .query(let name): secretQuery.append((name, value))
            case .body(let name): members.append((name, value))
            }
        }
        if isBodyWritten { headers.append(("Content-Type", isJSON ? "application/json" : "application/x-www-form-urlencoded")) }
        headers.append(("Accept", "application/json"))
        self.headers = headers
        self.secretHeaders = secretHeaders
        self.secretQuery = secretQuery
        secretMembers = Set(members.map(\.name))
        output = OutputPlan(mapping, constants: members)
        signer = mapping.signature.flatMap { plan in
            credentials[plan.credential].map { Signer(plan, secret: $0, forms: plan.forms) }
        }
        var updates: [UpdateWriter] = []
        for plan in mapping.updates where plan.isForDestinations {
            let update = try UpdateWriter(plan) { own throws(PathPlan.MissingSetting) in
                try MappingWriter(own, url: base, settings: settings, credentials: credentials, exponents: exponents)
            }
            updates.append(update)
        }
        self.updates = updates
    }

    /// A conversion with `update` is told as a correction, any other by the tracker's main request.
    ///
    /// - Parameter now: what `now` is in the mapping's expressions.
    package func write(_ conversion: Conversion, at now: Timestamp) throws(Skip) -> OutboundRequest {
        if !conversion[.update].isAbsent { return try writeUpdate(conversion, at: now) }
        return try writeRequest(conversion, at: now)
    }

    func writeRequest(_ conversion: Conversion, at now: Timestamp) throws(Skip) -> OutboundRequest {
        let input = ExpressionInput(conversion, variables: settingValues, now: now)
        for index in checks.indices where !checks[index].need.isTrue(input) { throw Skip(checks[index].sentence.text(input)) }
        var context = ConverterContext(currency: conversion.currency, exponents: exponents)
        var wires = [WireValue](repeating: .absent, count: mapping.fields.count)
        for field in fields { wires[field.index] = try field.write(input, &context) }
        let rows = try conversion.items.isEmpty ? synthesizedRow(input, &context) : itemRows(conversion, &context)
        return finish(wires, rows)
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

    /// One line for an order whose items nobody told, where the mapping says how to make it.
    private func synthesizedRow(_ input: borrowing ExpressionInput, _ context: inout ConverterContext) throws(Skip) -> [[WireValue]] {
        guard output.hasItems, itemFields.contains(where: \.isSynthesized) else { return [] }
        var row = [WireValue](repeating: .absent, count: mapping.fields.count)
        for field in itemFields { row[field.index] = try field.synthesize(input, &context) }
        return [row]
    }

    private func finish(_ wires: [WireValue], _ rows: [[WireValue]]) -> OutboundRequest {
        var request = OutboundRequest(
            method: mapping.request.methods[0], url: url, maskedURL: url, headers: headers, body: [], secretHeaders: secretHeaders,
            secretMembers: secretMembers)
        var query: [(name: String, value: String)] = []
        if isJSON {
            request.body = output.json(wires, rows)
            query = output.query(wires)
        } else if isBodyWritten {
            request.body = Array(Self.encode(output.form(wires)).utf8)
        } else {
            query = output.query(wires)
        }
        let fieldHeaders = output.headers(wires)
        if !fieldHeaders.isEmpty { request.headers += fieldHeaders }
        if let signer, let plan = mapping.signature { sign(&request, &query, signer, plan) }
        if !query.isEmpty || !secretQuery.isEmpty {
            let joint = url.contains("?") ? "&" : "?"
            request.url += joint + Self.encode(secretQuery + query)
            request.maskedURL += joint + Self.encode(secretQuery.map { ($0.name, "***") } + query, leaving: "***")
        }
        return request
    }

    private func sign(
        _ request: inout OutboundRequest, _ query: inout [(name: String, value: String)], _ signer: Signer, _ plan: SignaturePlan
    ) {
        let sorted = query.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        let text = isBodyWritten ? request.body : Array(sorted.map { "\($0.name)=\($0.value)" }.joined(separator: "&").utf8)
        let signature = signer.sign(text)
        switch plan.places.first {
        case .header(let name): request.headers.append((name, signature))
        case .query(let name): query.append((name, signature))
        default: break
        }
    }

    static func encode(_ pairs: [(name: String, value: String)], leaving plain: String = "") -> String {
        pairs.map { "\($0.name.percentEncoded)=\($0.value == plain ? plain : $0.value.percentEncoded)" }.joined(separator: "&")
    }
}
