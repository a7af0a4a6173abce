import ArgumentParser
import Mappings
import Rules

struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends deliveries again, or runs refused requests and repeats again, or applies corrections that wait.",
        discussion: """
            An ID is a conversion's (all its deliveries), a delivery's (CONVERSION:DESTINATION), or the number of a refused request; the first \
            characters of a conversion's do. A filter \
            without --state takes what ended without arriving: skipped, rejected and dead. What is unconfirmed may have arrived, and sent again may \
            count twice, so it is taken by --state unconfirmed or by its id only. What is pending is sent \
            anyway; --state pending, or its id, makes it due now, and it is still sent once. Beside ids the options narrow down: ID --state \
            pending leaves alone what has been sent meanwhile. --to NAME sends conversions to a destination \
            that they were not routed to, with what is `set` by the first route that leads there from their source, whatever its condition.

            ID --body FILE, --query TEXT and --header NAME:VALUE run an edited copy of one refused request; the original stays under `gateway \
            refused`. ID --repeat N makes a conversion of its own of a message that came again with other content; `gateway conversions \
            --repeated` lists such conversions, and `show ID` their repeats with their numbers. ID --repeat same does so for one \
            that came again with the same content, once; --again makes one more.

            --waiting looks once more for the conversions of corrections that wait: their sources may share orders by now.

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

    @Flag(name: .long, help: "Takes corrections that wait for their conversion instead; --source, --order-id, --since and --until apply.")
    var waiting = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Makes a conversion of its own of this repeat of the conversion ID: a number, or 'same' for one with the same content.",
            valueName: "number"))
    var `repeat`: RepeatChoice?

    @OptionGroup var edit: RequestEditOptions

    @Flag(name: .long, help: "Runs a refused request, or a repeat with the same content, once more that was run again already.")
    var again = false

    @Flag(name: .long, help: "Shows what would be sent and what is different from last time, and changes nothing.")
    var dryRun = false

    @Argument(help: ArgumentHelp("Conversions, deliveries or refused requests.", valueName: "id"))
    var ids: [String] = []

    func validate() throws {
        if store.json {
            throw ValidationError("replay prints for people only; programs read the result from `gateway deliveries --json`")
        }
        if ids.isEmpty, filter.isEmpty, page.since == nil, page.until == nil, !refused, !waiting {
            throw ValidationError("name ids, or a filter such as --destination main --state dead")
        }
        if refused, filter.byDate == .occurred {
            throw ValidationError("--by-date occurred takes conversions; a refused request is only known by when it was received")
        }
        if waiting, refused || to != nil || !ids.isEmpty || filter.destination != nil || filter.state != nil || filter.failed {
            throw ValidationError("--waiting takes corrections by --source, --order-id, --since and --until only")
        }
        if `repeat` != nil, ids.count != 1 || Self.conversionPart(of: ids[0]) == nil || ids[0].contains(":") {
            throw ValidationError("--repeat takes a number from 1 beside one conversion's id, or 'same'")
        }
        if `repeat` != nil, refused || waiting || to != nil { throw ValidationError("--repeat stands beside an id alone") }
        if !edit.isEmpty, `repeat` == nil, ids.count != 1 || Int64(ids[0]) == nil || refused || waiting {
            throw ValidationError("--body, --query and --header change one refused request; name its number")
        }
        if refused, to != nil { throw ValidationError("--to takes conversions; routes say where a refused request goes") }
        for id in ids where Self.conversionPart(of: id) == nil && Int64(id) == nil {
            throw ValidationError(
                "\(id.quotedBriefly) is no id: a conversion's, CONVERSION:DESTINATION, or the number of a refused request; for an order id write `gateway replay --order-id \(id.shellQuoted)`"
            )
        }
        for id in ids where to != nil && (id.contains(":") || Self.conversionPart(of: id) == nil) {
            throw ValidationError("--to takes conversions, and \(id.quotedBriefly) is no conversion's id")
        }
    }

    func run() async throws {
        let (store, configuration) = try store.open(readOnly: dryRun)
        self.store.tellSpan(page, by: filter.byDate)
        if waiting { return try await runWaiting(in: store, configuration) }
        var plan = ReplayPlan()
        var requests: [KeptRequest] = []
        var isAnswered = false
        let edit = try edit.edit()
        if let choice = `repeat` {
            requests = try await repetition(choice, in: store, edit)
        } else if let to {
            if let configuration, configuration.destination(to) == nil { try KnownNames.check(.destination, to, in: configuration) }
            isAnswered = try await findAdditions(to, in: store, &plan)
        } else if !ids.isEmpty {
            var rows: [RefusedRow] = []
            for id in ids { try await find(id, in: store, &plan, &rows) }
            if !edit.summary.isEmpty, rows.isEmpty, !plan.items.isEmpty {
                throw ValidationError("--body, --query and --header change a refused request, and \(ids[0]) is none")
            }
            requests = rows.map { KeptRequest($0, edit) }
        } else if refused {
            requests = try await refusedRequests(in: store).map { KeptRequest($0) }
        } else {
            try await find(in: store, &plan)
        }
        if plan.items.isEmpty, requests.isEmpty {
            if !ids.isEmpty { throw ExitStatus.findings }
            try filter.checkNames(configuration)
            if !isAnswered { try await complainOfNothing(in: store) }
        }
        for (source, destination) in plan.sourcesWithoutRoute(configuration) {
            Terminal.complain(
                "no route leads from source '\(source)' to '\(destination)'; its conversions are sent as they came, without any route's 'set'"
            )
        }
        let isWhole: Bool
        if dryRun {
            let foresight = requests.isEmpty ? Foresight.nothingStored : Foresight(try self.store.location().0)
            let preview = ReplayPreview(store: store, configuration: configuration, source: filter.source, foresight: foresight)
            isWhole = try await preview.show(plan, requests)
            await foresight.close()
        } else {
            let areDue = try await carryOut(plan, in: store, configuration)
            let areStored = try await RefusedReplay(store: store, configuration: configuration, source: filter.source).run(requests)
            isWhole = areDue && areStored
        }
        await store.close()
        if !isWhole { throw ExitStatus.findings }
    }

    private func runWaiting(in store: any ConversionStore, _ configuration: Configuration?) async throws {
        guard let configuration else {
            throw ValidationError("applying corrections that wait needs a configuration; name it with --config")
        }
        let rows = try await store.waiting(wantedCorrections)
        if rows.isEmpty {
            try filter.checkNames(configuration)
            return try await complainOfNothing(in: store)
        }
        if rows.count == page.limit { warnOfLimit("correction") }
        let foresight = dryRun ? Foresight(try self.store.location().0) : nil
        let isWhole = try await WaitingReplay(store: store, configuration: configuration).run(rows, foresight)
        await foresight?.close()
        await store.close()
        if !isWhole { throw ExitStatus.findings }
    }

    // MARK: What is meant

    private func find(
        _ id: String, in store: any ReadingStore, _ plan: inout ReplayPlan, _ requests: inout [RefusedRow]
    ) async throws {
        // A number that begins an id too is the number of a refused request: until the year 3084 every id begins with 0.
        if let part = Self.conversionPart(of: id), Int64(id) == nil || id.hasPrefix("0") {
            guard let conversion = try await message(part, in: store) else { return }
            let destination = part.endIndex < id.endIndex ? String(id[id.index(after: part.endIndex)...]) : nil
            let rows = try await store.deliveries(
                DeliveryFilter(conversion: conversion.id, destination: destination, ascending: true, limit: 1000))
            if rows.isEmpty { Terminal.complain(conversion.hasNoDelivery(to: destination)) }
            add(rows, to: &plan)
        } else if let number = Int64(id) {
            let rows = try await store.refused(RefusedFilter(id: number, limit: 1))
            if rows.isEmpty {
                Terminal.complain(
                    "there is no refused request \(number); `gateway refused` lists them; for an order id write `gateway replay --order-id \(id)`"
                )
            }
            requests += rows.filter { mayRun($0) }
        }
    }

    /// An edited copy, or a request without an order id, would count twice.
    private func mayRun(_ row: RefusedRow) -> Bool {
        guard let known = row.replayedAs, !again else { return true }
        Terminal.complain(
            "refused request \(row.id) was run again already, see `gateway conversions show \(known)`; --again runs it once more, which may count it twice"
        )
        return false
    }

    /// What is before the colon, or all, if it is an id or the beginning of one.
    private static func conversionPart(of id: String) -> Substring? {
        let part = id.prefix { $0 != ":" }
        if part.endIndex < id.endIndex, DeliveryID("\(ConversionID.zero)\(id[part.endIndex...])") == nil { return nil }
        guard part.utf8.count >= ConversionLookup.shortestPrefix, ConversionID.range(startingWith: String(part)) != nil else { return nil }
        return part
    }

    /// Nil, with a sentence, if an id or its beginning says none or several.
    private func message(_ part: Substring, in store: any ReadingStore) async throws -> ConversionRow? {
        let found = try await store.messages(startingWith: String(part))
        if found.count == 1 { return found[0] }
        Terminal.complain(ConversionLookup.sentence(String(part), mayBe: found))
        return nil
    }

    /// The options narrow down what ids name: a delivery that was pending when somebody looked may have been sent since.
    private func add(_ rows: [DeliveryRow], to plan: inout ReplayPlan) {
        for row in rows {
            if filter.fits(row) {
                plan.add(ReplayPlan.Item(row))
            } else {
                Terminal.complain("delivery \(row.id) is \(row.state.rawValue) and not what the options name; it stays as it is")
            }
        }
    }

    private func repetition(_ choice: RepeatChoice, in store: any ReadingStore, _ edit: RequestEdit) async throws -> [KeptRequest] {
        guard let message = try await message(ids[0][...], in: store) else { return [] }
        let row = try await store.history(of: message.id).first ?? message
        guard case .number(let number) = choice else { return try await sameRepetition(of: row, in: store, edit) }
        let whole = try await store.repeats(of: row.id).compactMap { repetition in
            repetition.isKeptWhole ? repetition.request.map { (repetition, $0) } : nil
        }
        guard number <= whole.count else {
            Terminal.complain(
                whole.isEmpty
                    ? "conversion \(row.id) has no repeat with other content that is kept"
                    : "conversion \(row.id) has \(whole.count.of("repeat")) with other content, numbered from 1")
            return []
        }
        return [KeptRequest(repeat: number, whole[number - 1].0, whole[number - 1].1, of: row, edit)]
    }

    /// An equal repeat looks like another try of the same request, so it becomes a conversion once, and once more for each --again.
    private func sameRepetition(of row: ConversionRow, in store: any ReadingStore, _ edit: RequestEdit) async throws -> [KeptRequest] {
        guard let same = try await store.repeats(of: row.id).first(where: \.sameContent) else {
            Terminal.complain("conversion \(row.id) has not come again with the same content")
            return []
        }
        guard let request = try await store.request(of: row.id) else {
            Terminal.complain("the request of conversion \(row.id) was pruned, so it cannot be run again")
            return []
        }
        return [KeptRequest(same: same, request, of: row, again: again, edit)]
    }

    private func refusedRequests(in store: any ReadingStore) async throws -> [RefusedRow] {
        // The keep is bounded; those that were run again must not use up the limit.
        let kept = try await store.refused(
            RefusedFilter(
                source: filter.source, since: page.since?.time, until: page.until?.time, unrouted: false, ascending: true, limit: 1_000_000)
        ).filter { $0.replayedAs == nil }
        if kept.count > page.limit { warnOfLimit("refused request") }
        return Array(kept.prefix(page.limit))
    }

    /// By the filter.
    private func find(in store: any ReadingStore, _ plan: inout ReplayPlan) async throws {
        for row in try await deliveries(wantedDeliveries, in: store) { plan.add(ReplayPlan.Item(row)) }
        if filter.state == nil { try await mentionUnconfirmed(in: store) }
        if filter.state == nil, !filter.failed { try await mentionPending(in: store) }
    }

    /// What the tracker may have must be asked for.
    private func mentionUnconfirmed(in store: any ReadingStore) async throws {
        var unconfirmed = filter.filter(page)
        (unconfirmed.state, unconfirmed.failed) = (.unconfirmed, false)
        let count = try await store.count(unconfirmed)
        guard count > 0 else { return }
        Terminal.complain(
            "\(count.of("delivery")) \(count == 1 ? "is" : "are") unconfirmed and may have arrived, so \(count == 1 ? "it is" : "they are") left alone; --state unconfirmed sends \(count == 1 ? "it" : "them") again"
        )
    }

    /// What is pending looks like a part of what was meant.
    private func mentionPending(in store: any ReadingStore) async throws {
        var pending = filter.filter(page)
        pending.state = .pending
        let count = try await store.count(pending)
        guard count > 0 else { return }
        let verb = count == 1 ? "is" : "are"
        Terminal.complain(
            "\(count.of("delivery")) \(verb) pending and \(verb) sent without a replay; --state pending makes \(count == 1 ? "it" : "them") due now"
        )
    }

    private func deliveries(_ filter: DeliveryFilter, in store: any ReadingStore) async throws -> [DeliveryRow] {
        let rows = try await store.deliveries(filter)
        if rows.count == page.limit { warnOfLimit("\(filter.state?.rawValue ?? "failed") delivery") }
        return rows
    }

    /// Deliveries that do not exist yet: of the conversions that are meant, and of their corrections, in their order.
    /// - Returns: true if it said that there are some already.
    private func findAdditions(_ destination: String, in store: any ReadingStore, _ plan: inout ReplayPlan) async throws -> Bool {
        var known = 0
        var seen: Set<ConversionID> = []
        for row in try await conversions(in: store) {
            let history = try await store.history(of: row.id)
            guard let first = history.first, seen.insert(first.id).inserted else { continue }
            var missing: [ConversionRow] = []
            for message in history {
                let filter = DeliveryFilter(conversion: message.id, destination: destination, limit: 1)
                if try await store.deliveries(filter).isEmpty { missing.append(message) }
            }
            if missing.isEmpty { known += 1 }
            for message in missing { plan.add(ReplayPlan.Item(message, to: destination)) }
        }
        if known > 0 {
            Terminal.complain(
                "\(known.of("conversion")) \(known == 1 ? "has" : "have") a delivery to '\(destination)' already; send it again with --destination \(destination)"
            )
        }
        return known > 0
    }

    /// Those that --to is about.
    private func conversions(in store: any ReadingStore) async throws -> [ConversionRow] {
        var conversions: [ConversionRow] = []
        if !ids.isEmpty {
            for id in ids {
                if let row = try await message(id[...], in: store) { conversions.append(row) }
            }
        } else if !takesConversions {
            var seen: Set<ConversionID> = []
            for row in try await deliveries(wantedDeliveries, in: store) where seen.insert(row.id.conversion).inserted {
                if let row = try await store.conversion(row.id.conversion) { conversions.append(row) }
            }
        } else {
            conversions = try await store.conversions(wantedConversions)
            if conversions.count == page.limit { warnOfLimit("conversion") }
        }
        return conversions
    }

    /// What a filter leaves out must not look like everything.
    private func warnOfLimit(_ what: String) {
        Terminal.complain("only \(page.limit.of(what)) \(page.limit == 1 ? "is" : "are") taken, the oldest; take more with --limit")
    }

    // MARK: Sending

    /// False if something is left as it is.
    private func carryOut(
        _ plan: ReplayPlan, in store: any ReadingStore & RepairStore, _ configuration: Configuration?
    ) async throws -> Bool {
        let (owed, gone) = plan.split(by: configuration)
        for (name, count) in gone {
            let stay = count == 1 ? "stays as it is" : "stay as they are"
            Terminal.complain("the configuration has no destination '\(name)' any more; \(count.of("delivery")) \(stay)")
        }
        guard !plan.items.isEmpty else { return true }
        let now = SystemClock.now()
        for item in owed where item.row == nil { try await store.addDelivery(item.id, at: now) }
        let rows = owed.compactMap(\.row)
        let requeued = try await store.requeue(rows.map { Requeue($0) }, at: now)
        let count = owed.count - rows.count + requeued
        let states = DeliveryState.allCases.compactMap { state -> String? in
            let count = rows.count { $0.state == state }
            return count == 0 ? nil : "\(count) \(state.rawValue)"
        }
        let were = states.isEmpty ? "" : " (\(states.joined(separator: ", ")) before)"
        Terminal.tell(
            "\(count.of("delivery")) \(count == 1 ? "is" : "are") due now\(were); a running gateway sends within two seconds")
        if requeued < rows.count {
            let changed = rows.count - requeued
            let stay = changed == 1 ? "has changed meanwhile and stays as it is" : "have changed meanwhile and stay as they are"
            Terminal.complain("\(changed.of("delivery")) \(stay); look at \(changed == 1 ? "it" : "them") with 'gateway deliveries'")
        }
        return gone.isEmpty
    }
}
