import Mappings
import Rules

extension Console {
    /// `GET /`: what was lost today, each destination and source, and the rate.
    func overview(_ request: ConsoleRequest, _ visitor: Visitor) async throws -> ConsoleReply {
        let span = request.query["span"].flatMap { Overview.Span(rawValue: $0) } ?? .day
        let overview = try await Overview(span, in: store, current.configuration, zone: zone, now: clock.now())
        return .page(OverviewPage(overview: overview, visitor: visitor).html)
    }

    /// `POST /destinations/NAME/pause` and `/resume`.
    func govern(_ request: ConsoleRequest, _ visitor: Visitor, destination name: String, _ verb: String) async throws -> ConsoleReply {
        guard ["pause", "resume"].contains(verb), current.configuration.destinationNames.contains(name) else {
            throw ConsoleRefusal(404, "There is no destination \(name.quotedBriefly).", "The overview lists all of them.")
        }
        let reason = verb == "pause" ? request.form.filled("reason") ?? "paused by \(visitor.name)" : nil
        try await store.setPaused(name, reason: reason, at: clock.now())
        try await note("\(verb)d \(name)", by: visitor, request)
        return .see(Address(returning: request.form["to"]))
    }
}

struct OverviewPage {
    let overview: Overview
    let visitor: Visitor

    var html: HTML {
        PageFrame(title: "Overview", section: .overview, visitor: visitor).html {
            tag("h1", .class("hidden"), text: "Overview")
            lost
            destinations
            rate
            sources
            feed
        }
    }

    // MARK: What was lost today

    private var lost: HTML {
        let losses = overview.losses
        return tag("section", .class("tile \(losses.count > 0 ? "bad" : overview.refusedToday > 0 ? "warn" : "good")")) {
            tag("h2", text: "Lost today")
            if losses.count == 0 {
                tag("p", .class("big"), text: overview.refusedToday == 0 ? "Nothing" : "Nothing that was taken")
                Parts.note("Every conversion that was taken today arrived, or is on its way.")
            } else {
                tag("p", .class("big"), text: losses.totals.isEmpty ? losses.count.of("conversion") : Losses.text(losses.totals))
                tag("p") {
                    HTML.text(
                        "\(losses.isCut ? "At least " : "")\(losses.count.of("conversion")) did not arrive at every destination since midnight, "
                    )
                    Parts.time(overview.midnight)
                    HTML.text(":")
                }
                reasons
            }
            refused
        }
    }

    private var reasons: HTML {
        tag("ul", .class("reasons")) {
            overview.losses.groups.prefix(6).map { group in
                tag("li") {
                    tag("a", .href(address(of: group))) {
                        HTML.text("\(group.rows.count.of("delivery")) to \(group.destination)")
                        let worth = Losses.text(group.amounts)
                        if !worth.isEmpty { HTML.text(", \(worth)") }
                    }
                    HTML.text(" ")
                    Parts.badge(group.state)
                    tag("span", .class("reason"), text: group.reason)
                }
            }
            if overview.losses.groups.count > 6 {
                tag("li") { Parts.link("All \(overview.losses.groups.count) reasons", Address("/dead", query: [("since", "today")])) }
            }
        }
    }

    private func address(of group: Losses.Group) -> Address {
        Address(
            "/dead",
            query: [
                ("since", "today"), ("destination", group.destination), ("state", group.state.rawValue), ("reason", group.reason),
            ])
    }

    @HTMLBuilder private var refused: HTML {
        if overview.refusedToday > 0 {
            tag("p") {
                Parts.link(
                    "\(overview.refusedToday.of("request")) of your senders \(overview.refusedToday == 1 ? "was" : "were") refused",
                    Address("/refused", query: [("since", "today")]))
                HTML.text(" today: what they would be worth is not known.")
            }
        }
    }

    // MARK: Destinations

    private var destinations: HTML {
        tag("section") {
            tag("h2", text: "Destinations")
            if overview.destinations.isEmpty { Parts.note("There are none; add `destinations:` to the configuration.") }
            tag("div", .class("cards")) { overview.destinations.map { destination($0) } }
            if !overview.destinations.isEmpty { Parts.note("Numbers are deliveries, all that are stored.") }
        }
    }

    private func destination(_ status: DestinationStatus) -> HTML {
        tag("article", .class("card \(status.tone)")) {
            tag("h3") {
                HTML.text(status.name)
                HTML.text(" ")
                Parts.badge(status)
            }
            if let reason = status.health.reason { tag("p", .class("reason"), text: reason) }
            if let since = status.health.since {
                tag("p") {
                    HTML.text("Since ")
                    Parts.time(since)
                }
            }
            tag("dl", .class("counts")) {
                count("delivered", status.count(.delivered) + status.count(.duplicate), nil)
                count("waiting", status.count(.pending), nil)
                count("unconfirmed", status.count(.unconfirmed), dead(status, .unconfirmed))
                count("rejected", status.count(.rejected), dead(status, .rejected))
                count("skipped", status.count(.skipped), dead(status, .skipped))
                count("dead", status.count(.dead), dead(status, .dead))
            }
            pauseButton(status)
        }
    }

    private func dead(_ status: DestinationStatus, _ state: DeliveryState) -> Address? {
        guard status.count(state) > 0 else { return nil }
        return Address("/dead", query: [("destination", status.name), ("state", state.rawValue)])
    }

    private func count(_ word: String, _ number: Int, _ address: Address?) -> HTML {
        tag("div") {
            tag("dt", text: word)
            tag("dd") {
                if let address { Parts.link("\(number)", address) } else { HTML.text("\(number)") }
            }
        }
    }

    @HTMLBuilder private func pauseButton(_ status: DestinationStatus) -> HTML {
        if visitor.isOperator, status.isConfigured {
            if status.control == nil {
                Parts.button("Pause \(status.name)", to: Address("/destinations", status.name, "pause"), by: visitor, tone: "quiet")
            } else {
                Parts.button("Resume \(status.name)", to: Address("/destinations", status.name, "resume"), by: visitor, tone: "main")
            }
        }
    }

    // MARK: Rate

    private var rate: HTML {
        tag("section") {
            tag("h2", text: "Received in \(overview.span.words)")
            tag("p", .class("choices")) {
                Overview.Span.allCases.map { span in
                    let address = Address("/", query: [("span", span.rawValue)])
                    return span == overview.span
                        ? tag("a", .href(address), Attribute("aria-current", "true"), text: span.rawValue)
                        : Parts.link(span.rawValue, address)
                }
            }
            ChartPart(traffic: overview.traffic).html
            if let since = overview.traffic.knownSince {
                tag("p", .class("note")) {
                    HTML.text("Only the newest \(Overview.most) messages are counted, back to ")
                    Parts.time(since)
                    HTML.text(".")
                }
            }
        }
    }

    private var sources: HTML {
        tag("section") {
            tag("h2", text: "Sources")
            Parts.table(
                "Messages of each source in \(overview.span.words)", ["Source", "Messages", "With a click id"], numeric: [1, 2],
                overview.sources.map { name in [.text(name), .text("\(overview.traffic.received(from: name))"), .text(clicks(of: name))] })
            Parts.note("In \(overview.span.words). A tracker that needs a click id cannot take a sale without one, unless a route sets it.")
        }
    }

    /// `74 of 100`.
    private func clicks(of source: String) -> String {
        let all = overview.traffic.received(from: source)
        if all == 0 { return "–" }
        let share = overview.traffic.withClick(from: source) * 100 / all
        return "\(overview.traffic.withClick(from: source)), \(share) of 100"
    }

    private var feed: HTML {
        tag("section", .id("feed"), .hidden) {
            tag("h2", text: "Live")
            Parts.note("What comes in while this page is open, newest first.")
            tag("ol", .class("feed"), .id("feed-list"), Attribute("aria-live", "off")) {}
        }
    }
}
