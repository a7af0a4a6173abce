import ArgumentParser
import Mappings
import Rules

struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends deliveries again, or runs refused requests again.",
        discussion: """
            An ID is a conversion's (all its deliveries), a delivery's (CONVERSION:DESTINATION), or the number of a refused request. A filter \
            without --state takes what has not arrived: pending, skipped, rejected and dead; --failed leaves out the pending ones. --to NAME \
            sends conversions to a destination that they were not routed to.

            The gateway writes each request again from the conversion, so a corrected mapping or route counts. --dry-run shows what would be sent and \
            what is different from the last attempt, and ends with 1 if something would be skipped. The running gateway sends them within \
            a second or two; if none runs, the next `gateway serve` does. A tracker gets a conversion with the same idempotency id as \
            before, and attempts are numbered on.
            """
    )

    @OptionGroup var store: StoreOption
    @OptionGroup var page: PageOptions
    @OptionGroup var filter: DeliveryOptions

    @Option(name: .long, help: "Sends the conversions to this destination too, whatever their routes.")
    var to: String?

    @Flag(name: .long, help: "Takes refused requests instead of deliveries; --source, --since and --until apply.")
    var refused = false

    @Flag(name: .long, help: "Shows what would be sent and what is different from last time, and changes nothing.")
    var dryRun = false

    @Argument(help: ArgumentHelp("Conversions, deliveries or refused requests.", valueName: "id"))
    var ids: [String] = []

    func validate() throws {
        if store.json {
            throw ValidationError("replay prints for people only; programs read the result from `gateway deliveries --json`")
        }
        if ids.isEmpty, filter.isEmpty, page.since == nil, page.until == nil, !refused {
            throw ValidationError("name ids, or a filter such as --destination main --state dead")
        }
        if refused, filter.byDate == .occurred {
            throw ValidationError("--by-date occurred takes conversions; a refused request is only known by when it was received")
        }
        if refused, to != nil { throw ValidationError("--to takes conversions; routes say where a refused request goes") }
        for id in ids where ConversionID(id) == nil && DeliveryID(id) == nil && Int64(id) == nil {
            throw ValidationError(
                "\(id.quotedBriefly) is no id: a conversion's, CONVERSION:DESTINATION, or the number of a refused request")
        }
        for id in ids where to != nil && ConversionID(id) == nil {
            throw ValidationError("--to takes conversions, and \(id.quotedBriefly) is no conversion's id")
        }
    }

    func run() async throws {
        let (store, configuration) = try store.open(readOnly: dryRun)
        var deliveries: [DeliveryRow] = []
        var requests: [RefusedRow] = []
        if let to {
            if let configuration, configuration.destination(to) == nil { try KnownNames.check(.destination, to, in: configuration) }
            deliveries = try await additions(to, in: store)
        } else if !ids.isEmpty {
            for id in ids { try await find(id, in: store, &deliveries, &requests) }
        } else if refused {
            requests = try await refusedRequests(in: store)
        } else {
            deliveries = try await failures(in: store)
        }
        if deliveries.isEmpty, requests.isEmpty {
            if !ids.isEmpty { throw ExitStatus.findings }
            try filter.checkNames(configuration)
            Terminal.complain("nothing matches; nothing to send again")
        }
        let isWhole: Bool
        if dryRun {
            let foresight = requests.isEmpty ? Foresight.nothingStored : Foresight(try self.store.location().0)
            let preview = ReplayPreview(store: store, configuration: configuration, source: filter.source, foresight: foresight)
            isWhole = try await preview.show(deliveries, requests)
            await foresight.close()
        } else {
            let areDue = try await send(deliveries, in: store, configuration)
            let areStored = try await RefusedReplay(store: store, configuration: configuration, source: filter.source).run(requests)
            isWhole = areDue && areStored
        }
        await store.close()
        if !isWhole { throw ExitStatus.findings }
    }

    // MARK: What is meant

    private func find(
        _ id: String, in store: any ReadingStore, _ deliveries: inout [DeliveryRow], _ requests: inout [RefusedRow]
    ) async throws {
        if let conversion = ConversionID(id) {
            let rows = try await store.deliveries(DeliveryFilter(conversion: conversion, ascending: true, limit: 1000))
            if rows.isEmpty { Terminal.complain("conversion \(id) has no deliveries, or there is no such conversion") }
            deliveries += rows
        } else if let delivery = DeliveryID(id) {
            let rows = try await store.deliveries(
                DeliveryFilter(conversion: delivery.conversion, destination: delivery.destination, limit: 1))
            if rows.isEmpty { Terminal.complain("there is no delivery \(id.quotedBriefly)") }
            deliveries += rows
        } else if let number = Int64(id) {
            let rows = try await store.refused(RefusedFilter(id: number, limit: 1))
            if rows.isEmpty { Terminal.complain("there is no refused request \(number)") }
            requests += rows
        }
    }

    private func refusedRequests(in store: any ReadingStore) async throws -> [RefusedRow] {
        // The keep is bounded; those that were run again must not use up the limit.
        let kept = try await store.refused(
            RefusedFilter(source: filter.source, since: page.since?.time, until: page.until?.time, ascending: true, limit: 1_000_000)
        ).filter { $0.replayedAs == nil }
        if kept.count > page.limit { warnOfLimit("refused requests") }
        return Array(kept.prefix(page.limit))
    }

    private func failures(in store: any ReadingStore) async throws -> [DeliveryRow] {
        var wanted = filter.filter(page)
        wanted.ascending = true
        guard wanted.state == nil, !wanted.failed else { return try await deliveries(wanted, in: store) }
        var pending = wanted
        pending.state = .pending
        wanted.failed = true
        return try await deliveries(pending, in: store) + deliveries(wanted, in: store)
    }

    private func deliveries(_ filter: DeliveryFilter, in store: any ReadingStore) async throws -> [DeliveryRow] {
        let rows = try await store.deliveries(filter)
        if rows.count == page.limit { warnOfLimit("\(filter.state?.rawValue ?? "failed") deliveries") }
        return rows
    }

    /// Deliveries that do not exist yet, as they would be.
    private func additions(_ destination: String, in store: any ReadingStore) async throws -> [DeliveryRow] {
        var conversions: [ConversionRow] = []
        if !ids.isEmpty {
            for id in ids.compactMap({ ConversionID($0) }) {
                if let row = try await store.conversion(id) {
                    conversions.append(row)
                } else {
                    Terminal.complain("there is no conversion \(id)")
                }
            }
        } else if filter.destination != nil || filter.state != nil || filter.failed {
            var wanted = filter.filter(page)
            wanted.ascending = true
            var seen: Set<ConversionID> = []
            for row in try await deliveries(wanted, in: store) where seen.insert(row.id.conversion).inserted {
                if let row = try await store.conversion(row.id.conversion) { conversions.append(row) }
            }
        } else {
            conversions = try await store.conversions(
                ConversionFilter(
                    source: filter.source, orderID: filter.orderID, since: page.since?.time, until: page.until?.time,
                    byOccurrence: filter.byDate == .occurred, ascending: true, limit: page.limit, offset: page.offset))
            if conversions.count == page.limit { warnOfLimit("conversions") }
        }
        var rows: [DeliveryRow] = []
        var known = 0
        for row in conversions {
            let existing = try await store.deliveries(DeliveryFilter(conversion: row.id, destination: destination, limit: 1))
            guard existing.isEmpty else {
                known += 1
                continue
            }
            rows.append(
                DeliveryRow(
                    id: DeliveryID(conversion: row.id, destination: destination), source: row.source, orderID: row.orderID, state: .pending,
                    attempts: 0, createdAt: row.receivedAt, changedAt: row.receivedAt))
        }
        if known > 0 {
            let have = known == 1 ? "1 conversion has" : "\(known) conversions have"
            Terminal.complain("\(have) a delivery to '\(destination)' already; send it again with --destination \(destination)")
        }
        return rows
    }

    /// What a filter leaves out must not look like everything.
    private func warnOfLimit(_ what: String) {
        Terminal.complain("only the \(page.limit) oldest \(what) are taken; take more with --limit")
    }

    // MARK: Sending

    /// False if something is left as it is.
    private func send(_ rows: [DeliveryRow], in store: any ReadingStore & RepairStore, _ configuration: Configuration?) async throws
        -> Bool
    {
        guard !rows.isEmpty else { return true }
        var owed = rows
        if let configuration {
            let names = Set(configuration.destinations.map(\.name))
            owed = rows.filter { names.contains($0.id.destination) }
            for name in Set(rows.map(\.id.destination)).subtracting(names).sorted() {
                let count = rows.count { $0.id.destination == name }
                Terminal.complain(
                    "the configuration has no destination '\(name)' any more; \(count) \(count == 1 ? "delivery stays as it is" : "deliveries stay as they are")"
                )
            }
        }
        let now = SystemClock.now()
        if to != nil {
            for row in owed {
                // Its corrections follow it, in their order.
                for step in try await store.history(of: row.id.conversion) {
                    try await store.addDelivery(DeliveryID(conversion: step.id, destination: row.id.destination), at: now)
                }
            }
        }
        let count = to == nil ? try await store.requeue(owed.map(\.id), at: now) : owed.count
        let states = DeliveryState.allCases.compactMap { state -> String? in
            let count = owed.count { $0.state == state }
            return count == 0 ? nil : "\(count) \(state.rawValue)"
        }
        let were = to == nil && !states.isEmpty ? " (\(states.joined(separator: ", ")) before)" : ""
        Terminal.print(
            "\(count) \(count == 1 ? "delivery is" : "deliveries are") due now\(were); a running gateway sends within two seconds")
        return owed.count == rows.count
    }
}
