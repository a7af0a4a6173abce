import Mappings
import Rules

extension Console {
    /// `GET /replay`: what would be sent, before anything is. The set is fixed here; its number stands in the form.
    func previewReplay(_ request: ConsoleRequest, _ visitor: Visitor) async throws -> ConsoleReply {
        guard visitor.isOperator else {
            throw ConsoleRefusal(403, "\(visitor.name) is a viewer and may only look.", "An operator can send deliveries again.")
        }
        let ids = request.query.all("delivery").prefix(Losses.most).compactMap { DeliveryID($0) }
        let configuration = current.configuration
        let rows = ids.isEmpty ? try await chosenRows(request) : try await rows(of: ids)
        var plan = ReplayPlan()
        for row in rows.sorted(by: { $0.id.conversion < $1.id.conversion }) { plan.add(ReplayPlan.Item(row)) }
        let (known, gone) = plan.split(by: configuration)
        var forecasts: [ReplayForecast] = []
        for item in known.prefix(ReplayPage.shown) {
            guard let row = item.row else { continue }
            forecasts.append(try await ReplayForecast(of: item, row, in: plan, configuration, store, now: clock.now()))
        }
        let from = ids.count == 1 ? Address("/conversions", ids[0].conversion.description).text : deadAddress(request)
        let requeues = known.compactMap(\.row).map { Requeue($0) }
        let name = frozen.freeze(
            FrozenSets.Frozen(title: Self.title(of: known), requeues: requeues, madeAt: clock.now(), from: from))
        return .page(
            ReplayPage(
                set: name, count: requeues.count, rows: known.compactMap(\.row), forecasts: forecasts, gone: gone.map(\.destination),
                from: Address(returning: from), visitor: visitor
            ).html)
    }

    private func chosenRows(_ request: ConsoleRequest) async throws -> [DeliveryRow] {
        let choice = try DeadChoice(request, zone: zone, now: clock.now())
        guard choice.destination != nil || choice.state != nil || choice.reason != nil else {
            throw ConsoleRefusal(400, "Nothing was chosen.", "Choose a group on the page 'Not arrived'.")
        }
        return try await choice.losses(in: store).groups.flatMap(\.rows)
    }

    private func rows(of ids: [DeliveryID]) async throws(StoreError) -> [DeliveryRow] {
        var rows: [DeliveryRow] = []
        for id in ids {
            rows += try await store.deliveries(DeliveryFilter(conversion: id.conversion, destination: id.destination, limit: 1))
        }
        return rows
    }

    private func deadAddress(_ request: ConsoleRequest) -> String {
        Address("/dead", query: [("destination", request.query["destination"]), ("since", request.query["since"])]).text
    }

    private static func title(of items: [ReplayPlan.Item]) -> String {
        let names = Set(items.map(\.id.destination)).sorted().joined(separator: ", ")
        guard items.count != 1 else { return items[0].id.description }
        return "\(items.count.of("delivery")) to \(names)"
    }

    /// `POST /replay`: makes exactly the set due that was looked at.
    func replay(_ request: ConsoleRequest, _ visitor: Visitor) async throws -> ConsoleReply {
        guard let set = frozen.take(request.form["set"] ?? "", at: clock.now()) else {
            throw ConsoleRefusal(
                409, "This set was sent already, or its page is older than an hour.", "Go back and look at the deliveries once more.")
        }
        var count = 0
        for portion in set.requeues.portions(of: 200) { count += try await store.requeue(portion, at: clock.now()) }
        try await note("sent again \(set.title): \(count) of \(set.requeues.count) made due", by: visitor, request)
        wake()
        let separator = set.from.contains("?") ? "&" : "?"
        return .see(Address(returning: "\(set.from)\(separator)sent=\(count)"))
    }
}

/// The answer to an operator who sent something again.
struct SentPart {
    let count: Int

    var html: HTML {
        tag("p", .class("alert \(count > 0 ? "good" : "warn")"), Attribute("role", "status")) {
            if count > 0 {
                HTML.text("\(count.of("delivery")) \(count == 1 ? "is" : "are") due now; the gateway sends within two seconds.")
            } else {
                HTML.text("Nothing was made due: it has changed since you looked.")
            }
        }
    }
}

/// What a replay would send.
struct ReplayPage {
    /// Forecasts that are worked out for the page.
    static let shown = 20

    let set: String
    let count: Int
    let rows: [DeliveryRow]
    let forecasts: [ReplayForecast]
    /// Destinations that the configuration has no more.
    let gone: [String]
    let from: Address
    let visitor: Visitor

    var html: HTML {
        PageFrame(title: "Send again", section: .dead, visitor: visitor).html {
            tag("h1", text: count == 0 ? "Nothing to send" : "Send \(count.of("delivery")) again")
            ForEach.text(gone) { "The configuration has no destination '\($0)' any more; its deliveries stay as they are." }
            arrived
            if count > 0 { form }
            tag("p") { Parts.link("Back, and send nothing", from) }
            if !forecasts.isEmpty {
                tag("h2", text: forecasts.count < count ? "What would be sent for the first \(forecasts.count)" : "What would be sent")
            }
            forecasts.map { ForecastPart(forecast: $0, visitor: visitor).html }
        }
    }

    /// A tracker that does not recognise an order id counts such a sale twice.
    @HTMLBuilder private var arrived: HTML {
        let there = rows.count { $0.state.hasArrived }
        let unsure = rows.count { $0.state == .unconfirmed }
        if there > 0 {
            tag(
                "p", .class("alert warn"),
                text:
                    "\(there) of them \(there == 1 ? "has" : "have") arrived already and may count twice at a tracker that does not know order ids."
            )
        }
        if unsure > 0 {
            tag(
                "p", .class("alert warn"),
                text: "\(unsure) of them may have arrived, since the tracker did not say. Look there for one first.")
        }
    }

    private var form: HTML {
        tag("form", Attribute("method", "post"), .action(Address("/replay")), .class("inline")) {
            Parts.token(visitor)
            void("input", .type("hidden"), .name("set"), .value(set))
            tag("button", .type("submit"), .class("main"), text: "Send \(count == 1 ? "it" : "these \(count)") now")
            tag("span", .class("faint"), text: " Set \(set.prefix(6)): exactly what is shown here, whatever comes meanwhile.")
        }
    }
}

/// One delivery's forecast.
struct ForecastPart {
    let forecast: ReplayForecast
    let visitor: Visitor

    var html: HTML {
        tag("article", .class("card")) {
            tag("h3") {
                HTML.text("\(forecast.row.id.destination), ")
                tag("a", .href(Address("/conversions", forecast.row.id.conversion.description))) {
                    Parts.value(forecast.row.orderID ?? forecast.row.id.conversion.description)
                }
                HTML.text(" ")
                Parts.badge(forecast.row.state)
            }
            if let reason = forecast.row.reason { tag("p", .class("reason"), text: reason) }
            forecast.warnings.map { tag("p", .class("warn"), text: $0) }
            switch forecast.outcome {
            case .notSent(let sentence): tag("p", .class("alert warn"), text: sentence)
            case .sent(let requests, let difference): sent(requests, difference)
            }
        }
    }

    @HTMLBuilder private func sent(_ requests: [SentRequest], _ difference: [String]?) -> HTML {
        if let difference {
            if difference.isEmpty {
                Parts.note("The same as the last try.")
            } else if visitor.seesPayloads {
                tag("h4", text: "Different from the last try")
                DifferencePart(lines: difference).html
            }
        } else {
            Parts.note("Sent for the first time, or what was sent before is not kept.")
        }
        if visitor.seesPayloads {
            Parts.details(requests.count == 1 ? "The request" : "The \(requests.count) requests") {
                requests.map { Parts.block($0.lines.joined(separator: "\n")) }
            }
        }
    }
}

/// Paragraphs, one for each.
enum ForEach {
    static func text<Item>(_ items: [Item], _ sentence: (Item) -> String) -> HTML {
        HTMLBuilder.buildArray(items.map { Parts.note(sentence($0)) })
    }
}
