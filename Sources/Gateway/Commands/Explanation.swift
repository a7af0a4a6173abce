import Mappings
import Rules

/// One request followed through the gateway, as lines to print.
struct Explanation {
    private(set) var lines: [String] = []
    private(set) var isRefused = false

    private let configuration: Configuration

    /// Nothing in the lines is a configured secret, wherever the request had it.
    init(configuration: Configuration, source: SourceConfiguration, request: WireRequest, now: Timestamp) {
        self.configuration = configuration
        let mapping = source.mapping
        let secrets = SecretFinder(configuration.sources.flatMap(\.secrets) + configuration.destinations.flatMap(\.secrets))
        let target = RequestMask(mapping, secrets: secrets).stored(request, peer: "").target
        lines.append("\(request.method) \(target) as \(mapping.tracker), source '\(source.name)'".styled(.bold))
        lines.append("")
        do throws(Refusal) {
            var origins: [String: String]? = [:]
            let parsed = try mapping.parse(request, pathValues: pathValues(of: request, source: source))
            let wrong = Self.wrongCredentials(parsed, source)
            if !wrong.isEmpty {
                isRefused = true
                lines.append("the \(wrong.joined(separator: " and ")) sent is not this source's, so the gateway answers 401".styled(.red))
                lines.append("")
            }
            let identity = MappingReader.Identity(
                id: ConversionID(at: now, random: (0, 0)), source: source.name, receivedAt: now)
            var conversion = try source.reader.read(parsed, as: identity, origins: &origins)
            if source.review?.flag(&conversion) != nil {
                origins?["status"] = "the source's review"
                origins?["reason"] = "the source's review"
            }
            show(conversion, origins: origins ?? [:])
            showKey(of: conversion, source: source)
            showDestinations(of: conversion)
        } catch {
            isRefused = true
            let reply = Self.reply(to: error, mapping: mapping, source: source.name, now: now)
            lines.append("refused: \(error.code)".styled(.red))
            for failure in error.failures { lines.append("  \(failure.sentence.printable)") }
            lines.append("")
            lines.append("reply: \(reply.status) \(String(decoding: reply.body, as: UTF8.self))")
        }
        lines = lines.map { secrets.masked($0) }
    }

    /// Credentials that the request carries and that are not the source's. What it does not carry, or only masked, is not judged.
    static func wrongCredentials(_ parsed: ParsedRequest, _ source: SourceConfiguration) -> [String] {
        var wrong = source.mapping.credentials.filter { plan in
            guard !plan.signsOnly, let given = parsed.value(atFirstOf: plan.places), given != "***" else { return false }
            return source.credentials[plan.name].map { $0 != given && source.retiringCredentials[plan.name] != given } ?? false
        }.map(\.name)
        if let plan = source.mapping.signature, parsed.value(atFirstOf: plan.places) != nil,
            let signer = InboundSource(source, routes: []).signer, signer.fit(parsed) == nil
        {
            wrong.append("signature")
        }
        return wrong
    }

    static func reply(to refusal: Refusal, mapping: Mapping, source: String, now: Timestamp) -> WireReply {
        let nobody = Conversion(id: ConversionID(at: now, random: (0, 0)), source: source, tracker: mapping.name, receivedAt: now)
        var variables = ReplyVariables()
        variables.refusal = refusal
        variables.now = now
        variables.requestID = nobody.id.description
        return mapping.reply(refusal.code.rawValue, to: nobody, variables)
    }

    private func pathValues(of request: WireRequest, source: SourceConfiguration) -> [String: String] {
        source.mapping.request.path.match(request.path, below: source.name) ?? [:]
    }

    private mutating func show(_ conversion: Conversion, origins: [String: String]) {
        lines.append("conversion".styled(.bold))
        var table = TextTable("field", "value", "from")
        let names = Field.allNames + conversion.subIDs.map { "sub_ids.\($0.name)" }
        for name in names {
            guard let value = conversion.exampleText(name) else { continue }
            table.add(name, value, origins[name] ?? "")
        }
        for (index, item) in conversion.items.enumerated() {
            let text = Item.Part.allCases.filter { !item[$0].isAbsent }.map { "\($0.wireName) \(item[$0].description)" }
            table.add("items[\(index)]", text.joined(separator: ", "), origins["items"] ?? "")
        }
        for name in ["metadata", "extra"] {
            if let text = conversion.exampleText(name) {
                table.add(name, text, name == "extra" ? "parameters that no field names" : origins[name] ?? "")
            }
        }
        lines += table.lines.map { "  " + $0 }
        for warning in conversion.warnings { lines.append("  warning: \(warning.printable)".styled(.yellow)) }
        lines.append("")
    }

    private mutating func showKey(of conversion: Conversion, source: SourceConfiguration) {
        if let alternative = (source.duplicates ?? source.mapping.duplicates).key(of: conversion)?.alternative {
            let parts = alternative.parts.filter { !conversion[$0.path].isAbsent }.map {
                "\($0.path) \(conversion[$0.path].description.quotedBriefly)"
            }
            let window = alternative.within.map { " within \($0.text)" } ?? ""
            lines.append("same conversion again: \(parts.joined(separator: " and "))\(window)")
        } else {
            lines.append("same conversion again: never, since it has none of the key's fields")
        }
        lines.append("")
    }

    private mutating func showDestinations(of conversion: Conversion) {
        let names = configuration.routes.destinations(of: conversion)
        if names.isEmpty { lines.append("no route takes this conversion to any destination".styled(.yellow)) }
        for name in names {
            guard let destination = configuration.destination(name) else { continue }
            do throws(Skip) {
                let request = try Sending(destination, routes: configuration.routes).request(for: conversion, after: nil)
                lines.append("→ \(name)".styled(.green))
                lines += Self.lines(of: request, secrets: destination.secrets).map { "  " + $0 }
            } catch {
                lines.append("→ \(name): skipped".styled(.yellow))
                lines.append("  \(error.reason.printable)")
            }
        }
    }

    /// The request as it goes out, credentials masked.
    static func lines(of request: OutboundRequest, secrets: [String]) -> [String] {
        let secrets = SecretFinder(secrets)
        var lines = ["\(request.method) \(secrets.masked(request.maskedURL))"]
        for (name, value) in request.headers {
            lines.append("\(name): \(request.secretHeaders.contains(name) ? "***" : secrets.masked(value))")
        }
        if !request.body.isEmpty { lines += ["", secrets.masked(String(decoding: request.body, as: UTF8.self))] }
        return lines.map(\.printable)
    }
}
