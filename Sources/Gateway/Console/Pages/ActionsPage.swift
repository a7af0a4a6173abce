import Mappings
import Rules

extension Console {
    /// `GET /actions`: what operators did.
    func actions(_ request: ConsoleRequest, _ visitor: Visitor) async throws -> ConsoleReply {
        let rows = try await store.actions(before: request.query["before"].flatMap { Int64($0) }, limit: ActionsPage.length)
        return .page(ActionsPage(rows: rows).html(visitor))
    }
}

struct ActionsPage {
    static let length = 100
    var rows: [OperatorActionRow]

    func html(_ visitor: Visitor) -> HTML {
        PageFrame(title: "Actions", section: .actions, visitor: visitor).html {
            tag("h1", text: "What operators did")
            if rows.isEmpty {
                Parts.note("Nothing yet. A replay, a pause or a run of a refused request in this console is listed here, with who did it.")
            } else {
                Parts.table(
                    "Actions of operators, newest first", ["When", "Who", "From", "What"],
                    rows.map { row in
                        [
                            Parts.time(row.action.time), .text(row.action.name), .text(row.action.peer), .text(row.action.what),
                        ]
                    })
                if rows.count == Self.length, let last = rows.last {
                    tag("p") { Parts.link("Older actions", Address("/actions", query: [("before", "\(last.number)")])) }
                }
            }
        }
    }
}
