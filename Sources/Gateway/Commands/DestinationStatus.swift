import ArgumentParser
import Mappings
import Rules

/// The state of one destination: what the configuration says, what the store holds, and what the serving processes report.
struct DestinationStatus {
    let name: String
    let isConfigured: Bool
    let counts: [DeliveryState: Int]
    let oldest: Timestamp?
    let control: DestinationControl?
    /// One for each process that serves the store now.
    let reports: [DestinationReport]
    let rate: String?
    let isDryRun: Bool
    /// Ended within the last hour; nil if nothing did.
    let lately: EndedDeliveries?
    let health: DestinationHealth

    func count(_ state: DeliveryState) -> Int { counts[state] ?? 0 }
    var isServed: Bool { !reports.isEmpty }
    var inFlight: Int { reports.reduce(0) { $0 + $1.inFlight } }

    /// The configured ones in the order of the file, then those that only the store knows.
    /// - Parameters:
    ///   - stored: of the last hour.
    ///   - isServing: the process that serves the store asks. It knows that it does, and does not look at every pending delivery to say since
    ///     when the oldest waits.
    static func all(
        in store: any ReadingStore & GovernanceStore, _ configuration: Configuration?, _ stored: StoreStatus, now: Timestamp,
        isServing: Bool = false
    ) async throws(StoreError) -> [Self] {
        let counts = try await store.counts()
        let oldest = isServing ? [:] : try await store.oldestPending()
        let controls = try await store.controls()
        // At most one process serves a file, and it may have ended without a last report.
        let isServed = isServing || ((store as? SQLiteConversionStore).map { StoreLock.isHeld(store: $0.path) } ?? true)
        let reports = isServed ? try await store.reports() : []
        let configured = configuration?.destinations ?? []
        return names(counts, controls, configuration).map { name in
            let settings = configured.first { $0.name == name }
            let own = reports.filter { $0.destination == name }
            let states = Dictionary(counts.filter { $0.destination == name }.map { ($0.state, $0.count) }) { $0 + $1 }
            let control = controls.first { $0.destination == name }
            let isDryRun = own.first?.isDryRun ?? settings?.isDryRun ?? false
            let lately = stored.ended[name]
            let isWritten = configuration?.destinationNames.contains(name) ?? true
            return Self(
                name: name, isConfigured: isWritten || !own.isEmpty, counts: states, oldest: oldest[name], control: control, reports: own,
                rate: own.isEmpty ? settings?.rate?.description : own[0].rate, isDryRun: isDryRun, lately: lately,
                health: DestinationHealth(
                    control: control, reports: own, lately: lately ?? EndedDeliveries(counts: states), oldest: oldest[name],
                    isDryRun: isDryRun, now: now))
        }
    }

    private static func names(
        _ counts: [DeliveryCount], _ controls: [DestinationControl], _ configuration: Configuration?
    ) -> [String] {
        (counts.map(\.destination) + controls.map(\.destination)).reduce(into: configuration?.destinationNames ?? []) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }

    /// Ends the command if neither the configuration nor the store knows the name.
    static func check(_ name: String, in store: any ConversionStore, _ configuration: Configuration?) async throws {
        let known = names(try await store.counts(), try await store.controls(), configuration)
        guard !known.contains(name), configuration != nil || !known.isEmpty else { return }
        Terminal.complain("there is no destination \(name.quotedBriefly)\(name.suggestion(from: known))")
        await store.close()
        throw ExitStatus.findings
    }

    /// Everything that keeps conversions from it, or `ok`.
    func state(in zone: Zone) -> String {
        var parts: [String] = []
        if !isConfigured { parts.append("not configured") }
        if let control {
            parts.append("paused since \(zone.text(control.pausedAt))" + (control.reason.isEmpty ? "" : ": \(control.reason)"))
        }
        if let report = reports.first(where: { $0.breaker != .closed }) {
            let why = report.reason.map { ": \($0)" } ?? ""
            let next = report.breaker == .halfOpen ? "half-open" : "open" + (report.probeAt.map { " until \(zone.text($0))" } ?? "")
            parts.append("breaker \(next), \(report.failures.of("failure"))\(why)")
        } else if control == nil {
            switch health {
            case .failing(let since, let reason): parts.append("failing\(since.map { " since \(zone.text($0))" } ?? ""): \(reason)")
            case .slow(let since): parts.append("the oldest waits since \(zone.text(since))")
            case .ok, .paused, .down: break
            }
        }
        if isDryRun { parts.append("dry run") }
        return parts.isEmpty ? "ok" : parts.joined(separator: "; ")
    }

    /// One word for programs: as `gateway status` has it, if nothing of the configuration is stronger.
    var word: String {
        if !isConfigured { return "not_configured" }
        return isDryRun && health == .ok ? "dry_run" : health.word
    }

    var style: Terminal.Style { word == health.word ? health.style : .yellow }

    var lastAnswer: TextTable.Cell {
        let answers = reports.compactMap { report in report.answeredAt.map { (time: $0, status: report.lastStatus ?? 0) } }
        guard let last = answers.max(by: { $0.time < $1.time }) else { return .init("") }
        return .init("\(last.status) at \(last.time.shown)", brief: "\(last.status) at \(last.time.shownBriefly)")
    }

    var object: JSONObject {
        var object: JSONObject = ["destination": .string(name), "state": .string(word), "detail": .string(state(in: .utc))]
        for state in DeliveryState.allCases { object[state.rawValue] = .number(String(count(state))) }
        object["oldest_pending"] = oldest.map { .string($0.description) }
        object["paused_at"] = control.map { .string($0.pausedAt.description) }
        object["pause_reason"] = control.map { .string($0.reason) }
        object["rate"] = rate.map { .string($0) }
        object["dry_run"] = .bool(isDryRun)
        object["processes"] = .array(reports.map { .object(Self.object(of: $0)) })
        return object
    }

    private static func object(of report: DestinationReport) -> JSONObject {
        var object: JSONObject = [
            "breaker": .string(report.breaker.rawValue), "failures": .number(String(report.failures)),
            "in_flight": .number(String(report.inFlight)), "waiting": .number(String(report.waiting)),
            "reported_at": .string(report.reportedAt.description),
        ]
        if !report.node.isEmpty { object["node"] = .string(report.node) }
        object["opened_at"] = report.openedAt.map { .string($0.description) }
        object["probe_at"] = report.probeAt.map { .string($0.description) }
        object["reason"] = report.reason.map { .string($0) }
        object["last_status"] = report.lastStatus.map { .number(String($0)) }
        object["answered_at"] = report.answeredAt.map { .string($0.description) }
        return object
    }
}

extension DestinationHealth {
    var style: Terminal.Style {
        switch self {
        case .ok: .green
        case .slow, .paused: .yellow
        case .failing, .down: .red
        }
    }
}
