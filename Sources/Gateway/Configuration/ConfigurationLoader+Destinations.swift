import Mappings
import Rules

extension ConfigurationLoader {
    mutating func destination(
        _ name: String, at place: SourceLocation, _ node: YAMLNode, readFile: (String) throws -> String
    ) -> DestinationConfiguration? {
        let entry = ConfigurationEntry(side: .destination, name: name, location: place)
        checkName(of: entry)
        var map = YAMLFields(node, subject: entry.subject, into: &diagnostics)
        guard node.isMap || node.isNull else { return nil }
        let direct = map.take("exponents")
        var exponents = direct.map { self.exponents($0) ?? .iso }
        let surplus = surplusRule(in: &map)
        let concurrency = map.integer("concurrency", in: 1...512, &diagnostics)
        let timeout = duration("timeout", in: &map, .milliseconds(100) ... .seconds(600), "100ms to 10m")
        let retries = map.take("retries").flatMap { self.retries($0) }
        let retryAfterMax = duration("retry_after_max", in: &map, .zero ... .seconds(7 * 86_400), "0s to 7d")
        let networks = allowedNetworks(&map, of: entry)
        let authorities = map.take("ca_file").flatMap { self.authorities($0, readFile: readFile) }
        let rate = self.rate("rate", in: &map)
        let breaker = map.take("breaker").map { self.breaker($0) }
        let isDryRun = map.flag("dry_run", &diagnostics) ?? false
        let maxAge = duration("max_age", in: &map, .seconds(1) ... .seconds(3650 * 86_400), "1s to 3650d")
        if isDryRun { diagnostics.warning(at: place, "\(entry.subject) is a dry run: requests are recorded, and nothing is sent to it") }
        let tracker = map.take("tracker")
        let postback = map.take("postback_url")
        let others = PostbackURL.Purpose.allCases.map { (purpose: $0, node: map.take($0.rawValue)) }
        let answers = map.take("answers")
        var target: DestinationConfiguration.Target?
        switch (tracker, postback) {
        case (let tracker?, nil):
            target = self.target(&map, tracker, node, of: entry, surplus, networks, exponents: &exponents)
        case (nil, let postback?):
            target = self.target(&map, postback, others, node, of: entry)
        case (_?, let postback?):
            diagnostics.error(at: postback.location, "\(entry.subject) has both 'tracker' and 'postback_url'; keep one")
        case (nil, nil):
            diagnostics.error(at: place, "\(entry.subject) needs 'tracker' and 'url', or 'postback_url'")
        }
        for case (let purpose, let other?) in others where postback == nil {
            diagnostics.error(
                at: other.location, "'\(purpose.rawValue)' goes with 'postback_url'; a tracker's mapping says how refunds are sent")
        }
        let patterns = answers.map { self.answers($0) }
        if let answers, postback == nil {
            diagnostics.error(at: answers.location, "'answers' goes with 'postback_url'; a tracker's mapping says what its answers mean")
        }
        for key in ["url", "credentials", "settings", "token_url"] where target == nil { _ = map.takeAny(key) }
        map.finish(&diagnostics)
        if let url = node["url"] ?? node["postback_url"] { checkWayOut(url, of: entry, allowed: networks, node["ca_file"]?.location) }
        guard let target else { return nil }
        var destination = DestinationConfiguration(name: name, target: target, exponents: exponents ?? .iso)
        destination.surplus = surplus
        if let concurrency { destination.concurrency = concurrency }
        if let timeout { destination.timeout = timeout }
        destination.retries = retries
        if let retryAfterMax { destination.retryAfterMax = retryAfterMax }
        destination.rate = rate
        if let breaker { destination.breaker = breaker }
        destination.isDryRun = isDryRun
        destination.maxAge = maxAge
        destination.allowNetworks = networks
        destination.authorities = authorities
        if let patterns, case .postback = target { destination.answers = AnswerRule(patterns: patterns) }
        if case .postback(let url) = target {
            destination.shown = ShownPostback(
                url, postback.flatMap { substitution.pieces[$0.location] },
                others: others.map { (purpose: $0.purpose, pieces: $0.node.flatMap { substitution.pieces[$0.location] }) })
        }
        return destination
    }

    /// `off`, or a map.
    private mutating func breaker(_ node: YAMLNode) -> Breaker.Settings? {
        if node.scalar == "off" { return nil }
        var settings = Breaker.Settings()
        guard node.isMap else {
            let found = node.scalar?.quotedBriefly ?? node.kind
            diagnostics.error(
                at: node.location, "'breaker' must be off or a map such as { failures: 10, pause: 250ms, longest: 10s }, found \(found)")
            return settings
        }
        var map = YAMLFields(node, subject: "'breaker'", into: &diagnostics)
        let range = Duration.milliseconds(10) ... .seconds(86_400)
        settings.failures = map.integer("failures", in: 1...10_000, &diagnostics) ?? settings.failures
        settings.pause = duration("pause", in: &map, range, "10ms to 1d") ?? settings.pause
        let longest = duration("longest", in: &map, range, "10ms to 1d")
        settings.longest = longest ?? max(settings.longest, settings.pause)
        map.finish(&diagnostics)
        if let longest, longest < settings.pause, let place = node["longest"]?.location {
            diagnostics.error(
                at: place, "'longest' must not be shorter than 'pause', which is \(settings.pause.text); found '\(longest.text)'")
        }
        return settings
    }

    private mutating func retries(_ node: YAMLNode) -> [Duration]? {
        guard let elements = node.elements else {
            diagnostics.error(at: node.location, "'retries' must be a list of waits such as [5s, 30s, 2m], found \(node.kind)")
            return nil
        }
        if elements.count > 100 { diagnostics.error(at: node.location, "'retries' has at most 100 waits, found \(elements.count)") }
        return elements.compactMap { duration("retries", $0, .zero ... .seconds(7 * 86_400), "0s to 7d") }
    }

    // MARK: A tracker with a mapping

    private mutating func target(
        _ map: inout YAMLFields, _ tracker: YAMLNode, _ node: YAMLNode, of entry: ConfigurationEntry, _ surplus: SurplusRule?,
        _ networks: [IPNetwork], exponents: inout CurrencyExponents?
    ) -> DestinationConfiguration.Target? {
        let url = map.require("url", &diagnostics).flatMap { trackerURL($0) }
        let tokenNode = map.take("token_url")
        guard let mapping = self.tracker(tracker, of: entry) else { return nil }
        let credentials = self.credentials(&map, at: node["credentials"]?.location, of: entry, mapping)
        let settings = self.settings(&map, at: node["settings"]?.location, of: entry, mapping, exponents: &exponents)
        guard let url else { return nil }
        if let place = node["url"]?.location, let path = try? mapping.request.path.text(settings).get(), let doubled = url.part(of: path) {
            diagnostics.warning(
                at: place,
                "'url' has '\(doubled)' already, and the tracker's own path '\(path)' is added to it; write only what comes before it"
            )
        }
        // A setting that the path lacks is reported where the settings are read.
        let writer = try? MappingWriter(
            mapping, url: url.text, settings: settings, credentials: credentials.values, exponents: exponents ?? .iso, surplus: surplus,
            tokenURL: tokenNode?.text("token_url", &diagnostics))
        checkToken(writer?.token, tokenNode, at: tracker.location, of: entry, mapping, networks)
        return writer.map { .tracker($0) }
    }

    private mutating func trackerURL(_ node: YAMLNode) -> TrackerURL? {
        guard let text = node.text("url", &diagnostics) else { return nil }
        do throws(TrackerURL.Failure) {
            return try TrackerURL(parsing: text)
        } catch {
            diagnostics.error(at: node.location, error.message)
            return nil
        }
    }

    // MARK: A postback URL

    private mutating func target(
        _ map: inout YAMLFields, _ postback: YAMLNode, _ others: [(purpose: PostbackURL.Purpose, node: YAMLNode?)], _ node: YAMLNode,
        of entry: ConfigurationEntry
    ) -> DestinationConfiguration.Target? {
        for (key, advice) in [
            ("url", "keep one"), ("credentials", "write them into the postback_url"), ("settings", "write them into the postback_url"),
            ("token_url", "take it away"),
        ] {
            guard map.take(key) != nil, let pair = node.entries?.first(where: { $0.key.scalar == key }) else { continue }
            diagnostics.error(at: pair.key.location, "'\(key)' goes with 'tracker', but \(entry.subject) has a postback_url; \(advice)")
        }
        var url = self.postback("postback_url", postback)
        for case (let purpose, let other?) in others {
            guard let back = self.postback(purpose.rawValue, other) else {
                url = nil
                continue
            }
            url = url?.sending(purpose, to: back)
        }
        return url.map { .postback($0) }
    }

    /// `refuse`, or a mode of rounding.
    mutating func surplusRule(in map: inout YAMLFields) -> SurplusRule? {
        guard let node = map.take("rounding"), let text = node.text("rounding", &diagnostics) else { return nil }
        if let rule = SurplusRule(word: text) { return rule }
        let words = SurplusRule.words
        diagnostics.error(
            at: node.location,
            "'rounding' must be one of \(words.joined(separator: ", ")), found \(text.quotedBriefly)\(text.suggestion(from: words))")
        return nil
    }

    private mutating func postback(_ key: String, _ node: YAMLNode) -> PostbackURL? {
        guard let text = node.text(key, &diagnostics) else { return nil }
        var found = Diagnostics()
        // What variables hold may be secret, so sentences quote the text without it.
        let url = PostbackURL.parse(text, key: key, shown: substitution.maskedTexts[node.location], at: node.location, into: &found)
        if !found.hasErrors {
            do throws(TrackerURL.Failure) {
                try TrackerURL.check(text, key: key)
            } catch {
                found.error(at: node.location, error.message)
            }
        }
        for macro in ForeignMacro.all(in: substitution.maskedTexts[node.location] ?? text) {
            let hint = ForeignMacro.meant(by: macro) ?? "{click_id}"
            found.warning(
                at: node.location, "\(macro.quotedBriefly) in this \(key) is sent as it is; macros are in braces, such as \(hint)")
        }
        diagnostics.append(contentsOf: found)
        return found.hasErrors ? nil : url
    }
}
