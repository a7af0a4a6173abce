import Mappings
import Rules

extension Console {
    /// `GET /refused`: what was not taken, newest first.
    func refusedList(_ request: ConsoleRequest, _ visitor: Visitor) async throws -> ConsoleReply {
        let sinceText = request.query.filled("since")
        let since = try TimeChoice.time(sinceText, zone: zone, now: clock.now())
        let kind = RefusedPage.Kind(rawValue: request.query["kind"] ?? "") ?? .senders
        let offset = max(0, request.query["offset"].flatMap { Int($0) } ?? 0)
        let filter = RefusedFilter(
            source: request.query.filled("source"), code: request.query.filled("code"), since: since,
            strangers: kind == .unrouted ? nil : kind == .strangers, unrouted: kind == .unrouted, limit: RefusedPage.length, offset: offset)
        let rows = try await store.refused(filter)
        return .page(
            RefusedPage(rows: rows, kind: kind, filter: filter, sinceText: sinceText, visitor: visitor).html)
    }
}

struct RefusedPage {
    /// Whose requests.
    enum Kind: String, CaseIterable {
        case senders, strangers, unrouted

        var words: String {
            switch self {
            case .senders: "Your senders"
            case .strangers: "Without a valid credential"
            case .unrouted: "Reached no tracker"
            }
        }
    }

    static let length = 50

    let rows: [RefusedRow]
    let kind: Kind
    let filter: RefusedFilter
    let sinceText: String?
    let visitor: Visitor

    var html: HTML {
        PageFrame(title: "Refused", section: .refused, visitor: visitor).html {
            tag("h1", text: "Refused requests")
            tag("p", .class("choices")) {
                Kind.allCases.map { each in
                    each == kind
                        ? tag("a", .href(address(each, 0)), Attribute("aria-current", "true"), text: each.words)
                        : Parts.link(each.words, address(each, 0))
                }
            }
            if rows.isEmpty {
                Parts.note(
                    "None\(sinceText.map { " since \($0)" } ?? " is kept"). Every request that was refused is kept here, within `limits: refused`."
                )
            } else {
                list
                pages
            }
        }
    }

    private var list: HTML {
        tag("ul", .class("hits")) {
            rows.map { row in
                tag("li", .class("card \(row.replayedAs == nil ? "bad" : "good")")) {
                    tag("h2") {
                        tag("a", .href(Address("/refused", "\(row.id)")), text: "Request \(row.id)")
                        HTML.text(" ")
                        tag("span", .class("badge bad"), text: "\(row.refused.status) \(row.refused.code)")
                        if row.replayedAs != nil { tag("span", .class("badge good"), text: "run again") }
                    }
                    tag("p", .class("reason"), text: row.refused.reason)
                    tag("p", .class("faint")) {
                        HTML.text("\(row.refused.source ?? (row.refused.tracker == nil ? row.refused.request.peer : "a stranger")), ")
                        Parts.time(row.refused.receivedAt)
                    }
                }
            }
        }
    }

    private var pages: HTML {
        tag("p", .class("choices")) {
            if filter.offset > 0 { Parts.link("Newer", address(kind, max(0, filter.offset - Self.length))) }
            if rows.count == Self.length { Parts.link("Older", address(kind, filter.offset + Self.length)) }
        }
    }

    private func address(_ kind: Kind, _ offset: Int) -> Address {
        Address(
            "/refused",
            query: [
                ("kind", kind == .senders ? nil : kind.rawValue), ("since", sinceText), ("source", filter.source), ("code", filter.code),
                ("offset", offset == 0 ? nil : "\(offset)"),
            ])
    }
}
