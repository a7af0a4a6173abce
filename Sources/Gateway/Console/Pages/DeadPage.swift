import Mappings
import Rules

extension Console {
    /// `GET /dead`: what did not arrive, by reason.
    func dead(_ request: ConsoleRequest, _ visitor: Visitor) async throws -> ConsoleReply {
        let choice = try DeadChoice(request, zone: zone, now: clock.now())
        let losses = try await choice.losses(in: store)
        let counts = try await store.counts().filter { Losses.states.contains($0.state) }
        let sent = request.query["sent"].flatMap { Int($0) }
        return .page(DeadPage(choice: choice, losses: losses, counts: counts, visitor: visitor, sent: sent).html)
    }
}

/// What of it is wanted, as the address says it.
struct DeadChoice {
    var destination: String?
    var state: DeliveryState?
    var reason: String?
    /// As it was written.
    var sinceText: String?
    private(set) var since: Timestamp?

    init(_ request: ConsoleRequest, zone: Zone, now: Timestamp) throws(ConsoleRefusal) {
        destination = request.query.filled("destination")
        state = request.query["state"].flatMap { DeliveryState(rawValue: $0) }
        reason = request.query.filled("reason")
        sinceText = request.query.filled("since")
        since = try TimeChoice.time(sinceText, zone: zone, now: now)
    }

    func losses(in store: any ReadingStore) async throws(StoreError) -> Losses {
        try await Losses(since: since, states: state.map { [$0] } ?? Losses.states, destination: destination, reason: reason, in: store)
    }

    /// - Parameter group: of the same choice.
    func address(_ path: StaticString, of group: Losses.Group) -> Address {
        Address(
            path,
            query: [
                ("destination", group.destination), ("state", group.state.rawValue), ("reason", group.reason), ("since", sinceText),
            ])
    }
}

/// A time as the commands take it.
enum TimeChoice {
    static func time(_ text: String?, zone: Zone, now: Timestamp) throws(ConsoleRefusal) -> Timestamp? {
        guard let text else { return nil }
        if let time = WrittenTime(text, now: now, zone: zone)?.first { return time }
        throw ConsoleRefusal(400, "\(text.quotedBriefly) is no time.", "Write today, yesterday, 2h, 14:00 or 2026-11-27.")
    }
}

struct DeadPage {
    let choice: DeadChoice
    let losses: Losses
    let counts: [DeliveryCount]
    let visitor: Visitor
    /// How many deliveries were just made due.
    var sent: Int?

    var html: HTML {
        PageFrame(title: "Not arrived", section: .dead, visitor: visitor).html {
            tag("h1", text: "What did not arrive")
            if let sent { SentPart(count: sent).html }
            filter
            if losses.groups.isEmpty {
                Parts.note("Nothing\(sinceWords). What waits for its next try is not here: the gateway sends it by itself.")
            } else {
                tag("p", text: "\(losses.isCut ? "The newest " : "")\(deliveries.of("delivery"))\(sinceWords), worth \(worth).")
                if losses.isCut { Parts.note("Of each state the newest \(Losses.most) are read. In all: \(totals).") }
            }
            losses.groups.map { group($0) }
            if !losses.groups.isEmpty { tag("p") { Parts.link("As a table (CSV)", tableAddress) } }
        }
    }

    private var tableAddress: Address {
        Address(
            "/dead.csv",
            query: [
                ("destination", choice.destination), ("state", choice.state?.rawValue), ("reason", choice.reason),
                ("since", choice.sinceText),
            ])
    }

    private var deliveries: Int { losses.groups.reduce(0) { $0 + $1.rows.count } }
    private var worth: String { losses.totals.isEmpty ? "no amount" : Losses.text(losses.totals) }
    private var sinceWords: String { choice.sinceText.map { " since \($0)" } ?? "" }

    private var totals: String {
        Losses.states.map { state in "\(counts.reduce(0) { $0 + ($1.state == state ? $1.count : 0) }) \(state.rawValue)" }.joined(
            separator: ", ")
    }

    private var filter: HTML {
        tag("form", .class("filter"), Attribute("method", "get"), .action(Address("/dead"))) {
            choose("destination", "Destination", Set(counts.map(\.destination)).sorted(), choice.destination)
            choose("state", "State", Losses.states.map(\.rawValue), choice.state?.rawValue)
            tag("label", .for("since"), text: "Since")
            void("input", .id("since"), .name("since"), .value(choice.sinceText ?? ""), Attribute("placeholder", "today, 2h, 2026-11-27"))
            tag("button", .type("submit"), text: "Show")
        }
    }

    private func choose(_ name: String, _ label: String, _ values: [String], _ chosen: String?) -> HTML {
        fragment {
            tag("label", .for(name), text: label)
            tag("select", .id(name), .name(name)) {
                tag("option", .value(""), text: "all")
                values.map { value in
                    value == chosen ? tag("option", .value(value), .selected, text: value) : tag("option", .value(value), text: value)
                }
            }
        }
    }

    private func group(_ group: Losses.Group) -> HTML {
        tag("section", .class("card \(group.state.tone)")) {
            tag("h2") {
                HTML.text("\(group.rows.count.of("delivery")) to \(group.destination) ")
                Parts.badge(group.state)
            }
            tag("p", .class("reason"), text: group.reason)
            let worth = Losses.text(group.amounts)
            if !worth.isEmpty { tag("p", text: "Worth \(worth).") }
            if visitor.isOperator {
                tag("p", .class("actions")) {
                    tag(
                        "a", .class("button"), .href(choice.address("/replay", of: group)),
                        text: group.rows.count == 1 ? "Send it again …" : "Send these \(group.rows.count) again …")
                }
            }
            Parts.details(group.rows.count > 20 ? "The newest 20" : "Which", isOpen: losses.groups.count == 1) { rows(of: group) }
        }
    }

    /// Each with its own reason only if that says more than the group's.
    private func rows(of group: Losses.Group) -> HTML {
        let hasReasons = group.rows.contains { $0.reason != group.reason }
        return Parts.table(
            "Deliveries", ["Order", "Amount", "Source", "Ended"] + (hasReasons ? ["Reason"] : []),
            group.rows.prefix(20).map { row in
                [
                    tag("a", .href(Address("/conversions", row.id.conversion.description))) {
                        Parts.value(row.orderID ?? row.id.conversion.description)
                    },
                    .text([row.currency, row.amount].compactMap(\.self).joined(separator: " ")), .text(row.source),
                    Parts.time(row.changedAt),
                ] + (hasReasons ? [tag("span", .class("reason"), text: row.reason ?? "")] : [])
            })
    }
}
