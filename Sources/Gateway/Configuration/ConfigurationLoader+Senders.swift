import Mappings
import Rules

/// A source's limits beside its credentials: rates, checks that hold a conversion back, and the age of signed requests.
extension ConfigurationLoader {
    // MARK: Rates

    /// `50/s`, or `{ source: 100/s, credential: 60/s }`.
    mutating func rates(_ map: inout YAMLFields, of entry: ConfigurationEntry, isMap: Bool) -> SenderRates? {
        guard isMap else { return rate("rate", in: &map).map { SenderRates(source: $0) } }
        guard let node = map.take("rate") else { return nil }
        var inner = YAMLFields(node, subject: "'rate' of \(entry.subject)", into: &diagnostics)
        let rates = SenderRates(source: rate("source", in: &inner), credential: rate("credential", in: &inner))
        inner.finish(&diagnostics)
        if node.entries?.isEmpty ?? true {
            diagnostics.error(at: node.location, "'rate' of \(entry.subject) is empty; write a rate such as 50/s, or leave it out")
        }
        return rates
    }

    // MARK: Review

    /// `[plus_address, disposable_email: { domains: [a.example] }, unknown_click: { clicks: clicks.txt }]`.
    mutating func review(_ node: YAMLNode, of entry: ConfigurationEntry, _ mapping: Mapping) -> ReviewPlan {
        var plan = ReviewPlan()
        for element in node.elements ?? [node] {
            let pair = element.entries?.count == 1 ? element.entries?.first : nil
            guard let name = element.scalar ?? pair?.key.scalar else {
                diagnostics.error(
                    at: element.location, "'review' is a list of checks such as plus_address, found \(element.kind) in it")
                continue
            }
            guard let check = ReviewPlan.Check(rawValue: name) else {
                let known = ReviewPlan.Check.allCases.map(\.rawValue)
                diagnostics.error(at: element.location, "unknown check \(name.quotedBriefly)\(name.suggestion(from: known))")
                continue
            }
            guard !plan.checks.contains(check) else {
                diagnostics.error(at: element.location, "'review' has the check '\(name)' twice; keep one")
                continue
            }
            plan.checks.append(check)
            options(of: check, pair?.value, at: element.location, of: entry, mapping, into: &plan)
        }
        if plan.checks.isEmpty, node.elements?.isEmpty ?? false {
            diagnostics.error(at: node.location, "'review' is empty; write checks such as plus_address, or leave it out")
        }
        return plan
    }

    private mutating func options(
        of check: ReviewPlan.Check, _ node: YAMLNode?, at place: SourceLocation, of entry: ConfigurationEntry, _ mapping: Mapping,
        into plan: inout ReviewPlan
    ) {
        let field = check == .unknownClick ? Field.clickID : .customerEmail
        if !mapping.reads(.field(field)) {
            diagnostics.error(
                at: place,
                "tracker '\(mapping.name)' sends no \(field.name), so '\(check.rawValue)' of \(entry.subject) has nothing to look "
                    + "at")
        }
        if check == .disposableEmail { plan.disposableDomains = DisposableDomains.known }
        guard check == .disposableEmail || check == .unknownClick else {
            if let node, !node.isNull { diagnostics.error(at: node.location, "the check '\(check.rawValue)' takes no options") }
            return
        }
        let key = check == .disposableEmail ? "domains" : "clicks"
        guard let node, !node.isNull else {
            if check == .unknownClick {
                diagnostics.error(at: place, "the check 'unknown_click' needs its list: unknown_click: { clicks: clicks.txt }")
            }
            return
        }
        var map = YAMLFields(node, subject: "'\(check.rawValue)'", into: &diagnostics)
        let list = check == .unknownClick ? map.require(key, &diagnostics) : map.take(key)
        map.finish(&diagnostics)
        guard let list else { return }
        if let domains = list.elements, check == .disposableEmail {
            for domain in domains.compactMap({ self.domain($0) }) { plan.disposableDomains.insert(domain) }
        } else if let path = list.text(key, &diagnostics) {
            listFiles.append(
                ListFile(source: entry.name, check: check, path: path.hasPrefix("/") ? path : folder + path, location: list.location))
        }
    }

    private mutating func domain(_ node: YAMLNode) -> String? {
        guard let text = node.text("domains", &diagnostics) else { return nil }
        let domain = text.trimmed.lowercased()
        if HostName.isValid(domain[...]), domain.contains(".") { return domain }
        diagnostics.error(at: node.location, "'domains' lists domains such as mail.example, found \(text.quotedBriefly)")
        return nil
    }

    /// A file with one domain or click id a line.
    struct ListFile {
        var source: String
        var check: ReviewPlan.Check
        var path: String
        var location: SourceLocation
    }

    /// Reads the files that sources' checks name.
    mutating func readLists(
        into sources: inout [SourceConfiguration], _ eachLine: (String, (UnsafeRawBufferPointer) -> Void) throws -> Void
    ) {
        for file in listFiles {
            guard let index = sources.firstIndex(where: { $0.name == file.source }) else { continue }
            do {
                if file.check == .unknownClick {
                    var hashes: [UInt64] = []
                    try eachLine(file.path) { hashes.append(ClickList.hash($0)) }
                    sources[index].review?.clicks = ClickList(hashes: hashes)
                    if hashes.isEmpty {
                        diagnostics.warning(
                            at: file.location,
                            "\(file.path.quotedBriefly) lists no clicks, so every conversion is held "
                                + "for review")
                    }
                } else {
                    var domains: Set<String> = []
                    try eachLine(file.path) { domains.insert(String(decoding: $0, as: UTF8.self).lowercased()) }
                    sources[index].review?.disposableDomains.formUnion(domains)
                }
            } catch {
                let sentence =
                    switch error as? ConfigurationFile.Failure {
                    case .missing: "there is no file \(file.path.quotedBriefly)"
                    case .unreadable(let reason): "the file \(file.path.quotedBriefly) cannot be read: \(reason)"
                    case nil: "the file \(file.path.quotedBriefly) cannot be read: \(error)"
                    }
                diagnostics.error(at: file.location, sentence)
            }
        }
    }

    // MARK: Signed requests

    mutating func freshness(_ map: inout YAMLFields, of entry: ConfigurationEntry, _ mapping: Mapping) -> Freshness? {
        let written = map.take("timestamp_tolerance")
        let isOff = written?.scalar == "off" && mapping.signature != nil
        let tolerance =
            isOff ? nil : signedOnly("timestamp_tolerance", &map, .seconds(1) ... .seconds(86_400), "1s to 24h", of: entry, mapping)
        let usual = mapping.signature?.tolerance
        if written == nil, usual == nil, mapping.signature != nil, mapping.reads(.field(.occurredAt)) {
            diagnostics.warning(
                at: entry.location,
                "\(entry.subject) takes signed requests of any age; set 'timestamp_tolerance', such as 15m, so that a recorded one is of no "
                    + "use later, or 'off' if its requests have no time")
        }
        if let tolerance, mapping.signature?.timestamp == nil, !mapping.reads(.field(.occurredAt)) {
            diagnostics.error(
                at: tolerance.place,
                "tracker '\(mapping.name)' sends no occurred_at, so 'timestamp_tolerance' of \(entry.subject) would "
                    + "refuse all")
        }
        let window = signedOnly("replay_window", &map, .seconds(1) ... .seconds(365 * 86_400), "1s to 365d", of: entry, mapping)
        guard tolerance != nil || window != nil || isOff && usual != nil else { return nil }
        return Freshness(tolerance: tolerance?.duration ?? (isOff ? nil : usual), replayWindow: window?.duration)
    }

    private mutating func signedOnly(
        _ key: String, _ map: inout YAMLFields, _ range: ClosedRange<Duration>, _ words: String, of entry: ConfigurationEntry,
        _ mapping: Mapping
    ) -> (duration: Duration, place: SourceLocation)? {
        guard let node = map.take(key) else { return nil }
        guard mapping.signature != nil else {
            diagnostics.error(
                at: node.location,
                "'\(key)' of \(entry.subject) is for signed requests, and tracker '\(mapping.name)' does "
                    + "not sign its own")
            return nil
        }
        return duration(key, node, range, words).map { ($0, node.location) }
    }
}
