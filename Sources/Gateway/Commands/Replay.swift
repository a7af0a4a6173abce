import ArgumentParser
import Mappings

struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends deliveries again, or runs refused requests again.",
        discussion: """
            An ID is a conversion's (all its deliveries), a delivery's (CONVERSION:DESTINATION), or the number of a refused request. A filter \
            without --state takes what has not arrived: pending, skipped, rejected and dead. --dry-run first shows what would be sent.

            Requests are written anew from the conversion, so a corrected mapping or route counts. The running gateway sends them within a \
            second or two; where none runs, the next `gateway serve` does. A tracker hears of a conversion with the same idempotency id as \
            before.
            """
    )

    @OptionGroup var store: StoreOption
    @OptionGroup var page: PageOptions
    @OptionGroup var filter: DeliveryOptions

    @Flag(name: .long, help: "Takes refused requests instead of deliveries; --source, --since and --until apply.")
    var refused = false

    @Flag(name: .long, help: "Shows what would be sent, and changes nothing.")
    var dryRun = false

    @Argument(help: ArgumentHelp("Conversions, deliveries or refused requests.", valueName: "id"))
    var ids: [String] = []

    func validate() throws {
        if store.json {
            throw ValidationError("replay prints for people only; `gateway deliveries --json` tells programs what became of it")
        }
        if ids.isEmpty, filter.isEmpty, page.since == nil, page.until == nil, !refused {
            throw ValidationError("name ids, or a filter such as --destination main --state dead")
        }
        for id in ids where ConversionID(id) == nil && DeliveryID(id) == nil && Int64(id) == nil {
            throw ValidationError(
                "\(id.quotedBriefly) is no id: a conversion's, CONVERSION:DESTINATION, or the number of a refused request")
        }
    }

    func run() async throws {
        let (store, configuration) = try store.open(readOnly: dryRun)
        var deliveries: [DeliveryRow] = []
        var requests: [RefusedRow] = []
        for id in ids { try await find(id, in: store, &deliveries, &requests) }
        if ids.isEmpty, refused {
            // The keep is bounded; those that were run again must not use up the limit.
            let kept = try await store.refused(
                RefusedFilter(source: filter.source, since: page.since?.time, until: page.until?.time, ascending: true, limit: 1_000_000)
            ).filter { $0.replayedAs == nil }
            if kept.count > page.limit { warnOfLimit("refused requests") }
            requests = Array(kept.prefix(page.limit))
        } else if ids.isEmpty {
            let states = filter.state.map { [$0] } ?? [.pending, .skipped, .rejected, .dead]
            for state in states {
                var wanted = filter.filter(page)
                wanted.state = state
                wanted.ascending = true
                let rows = try await store.deliveries(wanted)
                if rows.count == page.limit { warnOfLimit("\(state.rawValue) deliveries") }
                deliveries += rows
            }
        }
        if deliveries.isEmpty, requests.isEmpty {
            if !ids.isEmpty { throw ExitStatus.findings }
            Terminal.complain("nothing matches; nothing to send again")
        }
        if dryRun {
            try await show(deliveries, requests, in: store, configuration)
        } else {
            if !deliveries.isEmpty {
                let count = try await store.requeue(deliveries.map(\.id), at: SystemClock.now())
                Terminal.print(
                    "\(count) \(count == 1 ? "delivery is" : "deliveries are") due now; a running gateway sends within two seconds")
            }
            try await runAgain(requests, in: store, configuration)
        }
        await store.close()
        if !ids.isEmpty, deliveries.isEmpty, requests.isEmpty { throw ExitStatus.findings }
    }

    /// What a filter leaves out must not look like everything.
    private func warnOfLimit(_ what: String) {
        Terminal.complain("only the \(page.limit) oldest \(what) are taken; take more with --limit")
    }

    private func find(
        _ id: String, in store: any ConversionStore, _ deliveries: inout [DeliveryRow], _ requests: inout [RefusedRow]
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

    private func show(
        _ deliveries: [DeliveryRow], _ requests: [RefusedRow], in store: any ConversionStore, _ configuration: Configuration?
    ) async throws {
        for row in deliveries {
            Terminal.print("→ \(row.id.destination), conversion \(row.id.conversion), now \(row.state.rawValue)".styled(.bold))
            guard let destination = configuration?.destination(row.id.destination), let routes = configuration?.routes else {
                Terminal.print("  the configuration has no destination '\(row.id.destination)' any more")
                continue
            }
            guard let stored = try await store.conversion(row.id.conversion), let conversion = try? Conversion(document: stored.document)
            else {
                continue
            }
            do throws(Skip) {
                let request = try destination.write(routes.conversion(conversion, for: row.id.destination))
                Terminal.print(Explanation.lines(of: request, secrets: destination.secrets).map { "  " + $0 })
            } catch {
                Terminal.print("  skipped: \(error.reason.printable)")
            }
        }
        for row in requests {
            Terminal.print("refused request \(row.id), \(row.refused.code): \(row.refused.reason.printable)".styled(.bold))
            Terminal.print("  " + outcome(of: row, configuration))
        }
    }

    /// What would become of a refused request today.
    private func outcome(of row: RefusedRow, _ configuration: Configuration?) -> String {
        do {
            let (source, parsed) = try resubmission(row, configuration)
            let now = SystemClock.now()
            let identity = MappingReader.Identity(
                id: ConversionID(at: now, random: (0, 0)), source: source.name, receivedAt: row.refused.receivedAt)
            let conversion = try source.reader.read(parsed, as: identity)
            let names = configuration?.routes.destinations(of: conversion).joined(separator: ", ") ?? ""
            return "would become a conversion of '\(source.name)', for \(names.isEmpty ? "no destination" : names)"
        } catch let refusal as Refusal {
            return "would be refused again: \(refusal.reason.printable)"
        } catch {
            return "\(error)"
        }
    }

    private struct Unusable: Error, CustomStringConvertible { var description: String }

    /// The source that a refused request is taken for, and the request taken apart by today's mapping.
    private func resubmission(_ row: RefusedRow, _ configuration: Configuration?) throws -> (SourceConfiguration, ParsedRequest) {
        guard let configuration else {
            throw Unusable(description: "running a refused request again needs a configuration; name it with --config")
        }
        guard let name = row.refused.source ?? filter.source else {
            throw Unusable(description: "this request came from a stranger; say whose it is with --source NAME")
        }
        guard let source = configuration.source(name) else { throw Unusable(description: "the configuration has no source '\(name)'") }
        let request = row.refused.request.wireRequest
        let path = source.mapping.request.path
        let values = path.match(request.path) ?? path.match(request.path.dropFirst(name.count + 1)) ?? [:]
        return (source, try source.mapping.parse(request, pathValues: values))
    }

    private func runAgain(_ rows: [RefusedRow], in store: any ConversionStore, _ configuration: Configuration?) async throws {
        var stored = 0
        var known = 0
        for row in rows {
            do {
                let (source, parsed) = try resubmission(row, configuration)
                let now = SystemClock.now()
                let identity = MappingReader.Identity(id: SystemClock.intake.id(at: now), source: source.name, receivedAt: now)
                let conversion = try source.reader.read(parsed, as: identity)
                let submission = Submission.again(conversion, row.refused.request, source: source, routes: configuration?.routes ?? [])
                switch try await store.accept(submission) {
                case .stored:
                    try await store.markReplayed(refused: row.id, as: conversion.id, at: now)
                    stored += 1
                    Terminal.print("refused request \(row.id) became conversion \(conversion.id)")
                case .duplicate(let first, _):
                    try await store.markReplayed(refused: row.id, as: first, at: now)
                    known += 1
                    Terminal.print("refused request \(row.id) is conversion \(first), which is stored already")
                case .conflict(let other):
                    Terminal.complain("refused request \(row.id) has a key that belongs to conversion \(other) of another source")
                }
            } catch let refusal as Refusal {
                Terminal.complain("refused request \(row.id) is refused again: \(refusal.reason.printable)")
            } catch let error as Unusable {
                Terminal.complain("refused request \(row.id): \(error)")
            }
        }
        if !rows.isEmpty { Terminal.print("\(stored) of \(rows.count) became conversions") }
        if stored + known < rows.count { throw ExitStatus.findings }
    }
}
