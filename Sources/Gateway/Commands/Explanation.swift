import Mappings
import Rules

/// One request followed through the gateway, as lines to print. It asks the judge that `serve` asks, and changes nothing.
struct Explanation {
    private(set) var lines: [String] = []
    private(set) var isRefused = false
    /// What the sender would get; nil if only the store knows, and it could not be asked.
    private(set) var reply: ReceptionReply?
    /// What the judge decided; nil if nothing answers at its path.
    private(set) var judgement: Judgement?

    let configuration: Configuration
    private let source: SourceConfiguration
    private let reception: Reception
    private let foresight: Foresight
    private let arrival: Arrival

    /// Nothing in the lines is a configured secret, even if the request has it.
    ///
    /// - Parameters:
    ///   - request: credentials that it lacks are filled in from the source.
    ///   - foresight: the store's view of what would become of it there.
    init(
        configuration: Configuration, source: SourceConfiguration, request: WireRequest, now: Timestamp, id: ConversionID? = nil,
        foresight: Foresight
    ) async {
        self.configuration = configuration
        self.source = source
        self.foresight = foresight
        reception = Reception(configuration)
        arrival = Arrival(
            id: id ?? ConversionID(at: now, random: (0, 0)), receivedAt: now, request: source.completing(request, at: now), sender: .file)
        let secrets = SecretFinder(configuration.sources.flatMap(\.secrets) + configuration.destinations.flatMap(\.secrets))
        switch reception.find(arrival) {
        case .nowhere(let reply, _):
            lines = [title(request, of: source.mapping.tracker, secrets), ""]
            let code: FailureCode = reply.wire.status == FailureCode.methodNotAllowed.status ? .methodNotAllowed : .notFound
            refuse(["this gateway does not take \(request.method) \(request.path.quotedBriefly)"], code: code.rawValue, reply)
        case .handshake(let reply, let match):
            lines = [title(request, of: match.tracker.mapping.tracker, secrets), ""]
            lines.append("a handshake: it is answered without a credential, and nothing comes of it".styled(.yellow))
            show(reply)
        case .trackers(let matches, let first):
            let admission = admit(arrival, matches, first)
            lines = [title(request, of: name(of: admission.match), secrets), ""]
            await follow(admission)
        }
        lines = lines.map { secrets.masked($0) }
    }

    private func title(_ request: WireRequest, of name: String, _ secrets: SecretFinder) -> String {
        let mask = RequestMask(source.mapping, among: configuration.catalog.mappings, secrets: secrets)
        return "\(request.method) \(mask.stored(request, peer: "").target) as \(name), source '\(source.name)'".styled(.bold)
    }

    private func name(of match: PathTable.Match) -> String {
        let mapping = match.tracker.mapping
        guard case .message(.message(let index)) = match.endpoint else { return mapping.tracker }
        return "\(mapping.tracker)'s \(mapping.messages[index].name)"
    }

    /// As the connection would hand the request on: without a body that is too large.
    private func admit(_ arrival: Arrival, _ matches: [PathTable.Match], _ first: PathTable.Match) -> Admission {
        let (count, limit) = (arrival.request.body.count, configuration.limits.body)
        guard count > limit else { return reception.admit(arrival, matches, first) }
        var empty = arrival
        empty.request.body = []
        return reception.admit(empty, matches, first, fault: .tooLarge(count, limit: limit))
    }

    /// What only the connection and the moment can tell.
    private mutating func showUnjudged(_ source: ReceivingSource?) {
        guard let source else { return }
        if !source.allowIPs.isEmpty {
            let networks = source.allowIPs.map(\.description).joined(separator: ", ")
            lines.append("only from an address in allow_ips (\(networks)); from any other the gateway answers 403".styled(.yellow))
        }
        if source.rates != nil { lines.append("only while the source's rate is not used up; then the gateway answers 429".styled(.yellow)) }
        if !source.allowIPs.isEmpty || source.rates != nil { lines.append("") }
    }

    private mutating func follow(_ admission: Admission) async {
        var notes: JudgeNotes? = JudgeNotes()
        let judgement = reception.judge(arrival, admission, notes: &notes)
        self.judgement = judgement
        if let taken = admission.source, taken.name != source.name {
            lines += ["the gateway takes this request as source '\(taken.name)', whose credentials it carries".styled(.yellow), ""]
        }
        showUnjudged(admission.source)
        switch judgement {
        case .refused(let refusal):
            refuse(refusal, admission)
            if admission.source == nil { await showVouched() }
        case .list(let limit, let offset):
            lines.append("a question for the source's conversions: \(limit) of them after the first \(offset)")
        case .conversion(let conversion, let submission):
            show(conversion, notes)
            await foresee(conversion, submission, admission)
        case .correction(let read, let submission): await foresee(read, submission, admission, key: notes?.key ?? "")
        case .ignored(let reason):
            lines.append("ignored: \(reason)".styled(.yellow))
            show(reception.ignored(arrival, admission))
        }
    }

    private mutating func show(_ reply: ReceptionReply) {
        self.reply = reply
        lines += ["", "reply: \(reply.wire.status) \(String(decoding: reply.wire.body, as: UTF8.self))"]
    }

    /// What the request would be with the right credentials: the operator wants to see that too.
    private mutating func showVouched() async {
        var named = arrival
        named.sender = .named(source: source.name, peer: "")
        guard case .trackers(let matches, let first) = reception.find(named) else { return }
        var notes: JudgeNotes? = JudgeNotes()
        let judgement = reception.judge(named, reception.admit(named, matches, first), notes: &notes)
        guard case .conversion(let conversion, let submission) = judgement else { return }
        lines += ["", "with the credentials of '\(source.name)' it would be:", ""]
        show(conversion, notes)
        switch await foresight.acceptance(of: submission) {
        case .success(let acceptance): await show(acceptance, conversion, submission)
        case .failure: showDestinations(submission.destinations, of: conversion)
        }
    }

    mutating func refuse(_ refusal: Refusal, _ admission: Admission, retryAfter: Int64? = nil) {
        let reply = reception.reply(refusal, arrival, admission.match.mapping, retryAfter: retryAfter)
        refuse(refusal.failures.map(\.sentence), code: refusal.code.rawValue, reply)
    }

    private mutating func refuse(_ sentences: [String], code: String, _ reply: ReceptionReply) {
        isRefused = true
        lines.append("refused: \(code)".styled(.red))
        for sentence in sentences { lines += Terminal.folded("  \(sentence)") }
        show(reply)
    }

    // MARK: - The store's part

    private mutating func foresee(_ conversion: Conversion, _ submission: Submission, _ admission: Admission) async {
        switch await foresight.acceptance(of: submission) {
        case .failure(let error):
            lines += ["what the store holds already is unknown: \(error)".styled(.yellow), ""]
            showDestinations(submission.destinations, of: conversion)
        case .success(let acceptance):
            conclude(reception.conclude(acceptance, to: conversion, arrival, admission), admission)
            await show(acceptance, conversion, submission)
        }
    }

    private mutating func show(_ acceptance: Acceptance, _ conversion: Conversion, _ submission: Submission) async {
        switch acceptance {
        case .stored: showDestinations(submission.destinations, of: conversion)
        case .conflict, .refused: break
        // A kept request comes without a proxy, so it has no second try.
        case .secondTry: break
        case .duplicate(let first, let isSame):
            let content = isSame ? "" : ", with other content, which is kept with it"
            lines.append("the store has it as conversion \(first)\(content): nothing is sent".styled(.yellow))
            if !isSame, let note = await note(on: submission, about: first) { lines.append("  \(note)".styled(.yellow)) }
        case .corrected(let first, _):
            lines += ["it would correct conversion \(first)".styled(.yellow), ""]
            await showChange(of: first, by: .repeated(submission.conversion.document), submission)
        }
    }

    /// Why a repeat that may correct its conversion does not.
    private func note(on submission: Submission, about first: ConversionID) async -> String? {
        guard submission.repeats.corrects, let present = await foresight.present(of: first) else { return nil }
        return switch submission.rule.step(.repeated(submission.conversion.document), present.document) {
        case .unchanged(let note): note
        case .refused(let failure): "impossible: \(failure.sentence)"
        case .changed: nil
        }
    }

    private mutating func foresee(_ read: CorrectionMessage, _ submission: Submission, _ admission: Admission, key: String) async {
        lines.append("correction: \(read.correction.words)")
        if !key.isEmpty { lines.append("of the conversion with \(key)") }
        lines += read.message.warnings.map { "  warning: \($0.printable)".styled(.yellow) }
        lines.append("")
        switch await foresight.correction(by: submission) {
        case .failure(let error): lines.append("what would become of its conversion is unknown: \(error)".styled(.yellow))
        case .success(let result):
            conclude(reception.conclude(result, to: read.message, arrival, admission), admission)
            switch result {
            case .refused, .notFound, .conflict, .tooManyWait: break
            case .waiting:
                lines.append("the store has no such conversion: the correction would wait for it".styled(.yellow))
                if let elsewhere = await foresight.elsewhere(submission) {
                    lines.append("warning: \(elsewhere.sentence().printable)".styled(.yellow))
                }
            case .unchanged(let root, let note):
                lines.append("conversion \(root) stays as it is: \(note ?? "the correction came before")".styled(.yellow))
            case .applied(let root, _): await showChange(of: root, by: .correction(submission.conversion.document), submission)
            }
        }
    }

    private mutating func conclude(_ conclusion: Conclusion, _ admission: Admission) {
        switch conclusion {
        case .reply(let reply):
            self.reply = reply
            lines += ["reply: \(reply.wire.status) \(String(decoding: reply.wire.body, as: UTF8.self))", ""]
        case .refused(let refusal, let wait): refuse(refusal, admission, retryAfter: wait)
        }
    }

    /// What the message's own rule makes of the stored conversion, and what each destination gets of it.
    private mutating func showChange(of root: ConversionID, by message: CorrectionRule.Message, _ submission: Submission) async {
        guard let present = await foresight.present(of: root),
            case .changed(let row, let way) = submission.rule.step(message, present.document),
            let current = try? Conversion(document: present.document), let next = try? Conversion(document: row.document)
        else { return }
        var table = TextTable("conversion \(next.id)", "now", "then")
        for field in Field.allNames where current.exampleText(field) != next.exampleText(field) {
            table.add(field, current.exampleText(field) ?? "", next.exampleText(field) ?? "")
        }
        lines += table.lines + [""]
        let reached = HistoryStep(row: row, number: 1, way: way).destinations(after: Array(present.states.keys))
        for name in configuration.destinations.map(\.name) where reached.contains(name) {
            show(next, to: name, after: present.states[name], there: present.there[name])
        }
        showObstacles(to: next, reached: reached)
    }

    // MARK: - Parts of the picture

    private mutating func show(_ conversion: Conversion, _ notes: JudgeNotes?) {
        let origins = notes?.origins ?? [:]
        lines.append("conversion".styled(.bold))
        var table = TextTable("field", "value", "from")
        for row in ConversionFields(conversion, origins: origins).rows { table.add(row.name, row.value, row.origin) }
        // Values are shown in full. If they need more room than there is, what is short comes first.
        let isWide = Terminal.width.map { width in table.lines.contains { $0.places > width - 2 } } ?? false
        lines += table.fitting(nil, only: isWide ? ["field", "from", "value"] : nil).lines.map { "  " + $0 }
        for warning in conversion.warnings { lines += Terminal.folded("  warning: \(warning)".styled(.yellow)) }
        let key = notes?.key ?? ""
        lines += ["", "same conversion again: \(key.isEmpty ? "never, since it lacks what the key is made of" : key)", ""]
    }

    private mutating func showDestinations(_ names: [String], of conversion: Conversion) {
        if names.isEmpty { lines.append("no route takes this conversion to any destination".styled(.yellow)) }
        for name in names { show(conversion, to: name, after: nil) }
        showObstacles(to: conversion, reached: names)
    }

    private mutating func showObstacles(to conversion: Conversion, reached: [String]) {
        lines += configuration.routes.obstacles(to: conversion, reached: reached).flatMap {
            Terminal.folded($0.sentence.styled(.yellow))
        }
    }

    /// - Parameter state: for a correction, what became of its conversion at this destination; nil if it had no delivery there.
    private mutating func show(_ conversion: Conversion, to name: String, after state: DeliveryState?, there: String? = nil) {
        guard let destination = configuration.destination(name) else { return }
        let sending = Sending(destination, routes: configuration.routes)
        switch sending.nextStep(for: conversion, delivery: arrival.id, after: state, there: there, at: arrival.receivedAt) {
        case .send(let request, _): show(request, to: sending, "→ \(name)")
        case .lines(let plan): show(plan, to: sending)
        case .recordOnly(let request): show(request, to: sending, "→ \(name): recorded only, since the destination is a dry run")
        case .skip(let reason): lines += ["→ \(name): skipped".styled(.yellow)] + Terminal.folded("  \(reason)")
        case .tooLate(let reason), .unreadable(let reason): lines += ["→ \(name): dead".styled(.yellow), "  \(reason)"]
        }
    }

    /// Each line's own request.
    private mutating func show(_ plan: LinePlan, to sending: Sending) {
        for line in 0..<plan.count {
            let title = "→ \(sending.name), \(plan.name(line))"
            do throws(Skip) {
                show(
                    try plan.request(line), to: sending,
                    plan.isDryRun ? "\(title): recorded only, since the destination is a dry run" : title)
            } catch {
                lines += ["\(title): skipped".styled(.yellow)] + Terminal.folded("  \(error.reason)")
            }
        }
    }

    private mutating func show(_ request: OutboundRequest, to sending: Sending, _ title: String) {
        lines.append(title.styled(.green))
        lines += SentRequest(request, to: sending).lines.map { "  " + $0 }
        if let token = sending.token { lines += Terminal.folded("  \(token.sentence)") }
        lines += request.warnings.map { "  warning: \($0)".styled(.yellow) }
    }
}
