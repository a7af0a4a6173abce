import Mappings
import Rules

/// What a replay would send, beside what was sent last time. Nothing is changed.
struct ReplayPreview {
    let store: any ConversionStore
    let configuration: Configuration?
    /// For refused requests of strangers.
    let source: String?
    /// What the store would make of refused requests.
    let foresight: Foresight

    private struct Counts {
        var same = 0
        var different = 0
        var first = 0
        var notSent = 0
        /// Of what would be sent.
        var arrived = 0
    }

    /// False if something would not be sent.
    func show(_ plan: ReplayPlan, _ requests: [KeptRequest]) async throws -> Bool {
        var counts = Counts()
        var destinations: [String: Sending] = [:]
        for destination in configuration?.destinations ?? [] {
            destinations[destination.name] = Sending(destination, routes: configuration?.routes ?? [])
        }
        for item in plan.items { try await show(item, of: plan, destinations[item.id.destination], &counts) }
        if !plan.items.isEmpty { Terminal.tell(Self.summary(counts)) }
        let refused = RefusedReplay(store: store, configuration: configuration, source: source)
        for row in requests {
            Terminal.tell("\(row.name), \(row.said.printable)".styled(.bold))
            let (sentence, isStored) = await refused.outcome(of: row, foresight)
            Terminal.tell("  " + sentence)
            if !isStored { counts.notSent += 1 }
        }
        return counts.notSent == 0
    }

    private func show(_ item: ReplayPlan.Item, of plan: ReplayPlan, _ destination: Sending?, _ counts: inout Counts) async throws {
        let reason = item.row?.reason.map { ": \($0.printable)" } ?? ""
        let state = item.row.map { "now \($0.state.rawValue)" } ?? "not sent there so far"
        Terminal.tell("→ \(item.id.destination), conversion \(item.id.conversion), \(state)\(reason)".styled(.bold))
        guard let destination else {
            counts.notSent += 1
            return Terminal.print("  the configuration has no destination '\(item.id.destination)' any more")
        }
        let now = SystemClock.now()
        guard let stored = try await store.conversion(item.id.conversion),
            let forecast = try await plan.forecast(of: item, at: destination, in: store, now: now)
        else {
            counts.notSent += 1
            return Terminal.print("  the conversion is not stored any more")
        }
        switch forecast.next {
        case .send(let request, _):
            for warning in request.warnings { Terminal.tell("  warning: \(warning)".styled(.yellow)) }
            let request = SentRequest(request, to: destination)
            Terminal.print(request.lines.map { "  " + $0 })
            if let token = destination.token { Terminal.tell("  \(token.sentence)".styled(.dim)) }
            if let state = item.row?.state, state == .delivered || state == .duplicate { counts.arrived += 1 }
            try await compare(request, item, &counts)
        case .lines(let plan): show(plan, item, destination, &counts)
        case .recordOnly(let request):
            Terminal.print(SentRequest(request, to: destination).lines.map { "  " + $0 })
            notSent("would be recorded only: the destination is a dry run", &counts)
        case .skip(let reason): notSent("would be skipped: \(reason.printable)", &counts)
        case .tooLate(let reason):
            // Nothing is written for it; an operator wants to see what it would have been.
            if let conversion = try? Conversion(document: stored.document),
                let request = try? destination.request(for: conversion, after: forecast.predecessor, there: forecast.there, at: now)
            {
                Terminal.print(SentRequest(request, to: destination).lines.map { "  " + $0 })
            }
            notSent("would be dead: \(reason)", &counts)
        case .unreadable(let reason): notSent(reason, &counts)
        }
    }

    /// What has arrived is not sent again, unless all of it has.
    private func show(_ plan: LinePlan, _ item: ReplayPlan.Item, _ destination: Sending, _ counts: inout Counts) {
        let known = item.row?.state == .pending ? item.row?.lines : item.row?.lines?.reopened()
        for line in plan.open(known) {
            Terminal.tell("  \(plan.name(line)):")
            do throws(Skip) {
                Terminal.print(SentRequest(try plan.request(line), to: destination).lines.map { "  " + $0 })
            } catch {
                Terminal.tell("  would be skipped: \(error.reason.printable)".styled(.yellow))
            }
        }
        if plan.isDryRun { return notSent("would be recorded only: the destination is a dry run", &counts) }
        if let state = item.row?.state, state.hasArrived { counts.arrived += 1 }
        if item.row?.attempts ?? 0 > 0 { counts.different += 1 } else { counts.first += 1 }
    }

    private func notSent(_ sentence: String, _ counts: inout Counts) {
        counts.notSent += 1
        Terminal.tell("  \(sentence)".styled(.yellow))
    }

    /// Shows what is different from the last attempt.
    private func compare(_ request: SentRequest, _ item: ReplayPlan.Item, _ counts: inout Counts) async throws {
        guard let last = try await store.attempts(of: item.id).last else {
            if let row = item.row, row.tries > 0 {
                counts.different += 1
                return Terminal.print("  it was sent before; what was sent then is not kept".styled(.dim))
            }
            counts.first += 1
            return Terminal.print("  nothing was sent so far".styled(.dim))
        }
        let which = "attempt \(last.number) of \(last.startedAt.shown), \(last.outcome.rawValue)\(last.status.map { " \($0)" } ?? "")"
        let earlier = "\(which): \(last.reply.printable.prefix(300))"
        guard let sent = SentRequest(last) else {
            counts.different += 1
            return Terminal.print(
                ["  \(earlier)", "  what was sent then is not kept, only its request line: \(last.requestLine)"].map { $0.styled(.dim) })
        }
        let difference = request.difference(from: sent)
        if difference.isEmpty {
            counts.same += 1
            return Terminal.tell("  the same as \(earlier)".styled(.dim))
        }
        counts.different += 1
        Terminal.tell("  different from \(earlier)".styled(.dim))
        Terminal.print(difference.map { "    \($0)".styled($0.hasPrefix("-") ? .red : .green) })
    }

    private static func summary(_ counts: Counts) -> String {
        let sent = counts.same + counts.different + counts.first
        let parts = [
            (counts.same, "as last time"), (counts.different, "different from last time"), (counts.first, "for the first time"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let arrived = counts.arrived == 0 ? "" : "; \(counts.arrived) arrived already and may count twice"
        let how = parts.isEmpty ? "" : " (\(parts.joined(separator: ", "))\(arrived))"
        return "\(sent) would be sent\(how), \(counts.notSent) would not"
    }
}
