import Mappings
import Rules

extension Console {
    /// `GET /dead.csv`: the same as `/dead`, a row for each delivery.
    func deadTable(_ request: ConsoleRequest, _ visitor: Visitor) async throws -> ConsoleReply {
        let losses = try await DeadChoice(request, zone: zone, now: clock.now()).losses(in: store)
        var table = CSVTable(["conversion", "order", "source", "destination", "state", "currency", "amount", "ended", "tries", "reason"])
        for row in losses.groups.flatMap(\.rows).sorted(by: { $0.id.conversion > $1.id.conversion }) {
            table.add([
                .value(row.id.conversion.description), .text(row.orderID ?? ""), .text(row.source), .text(row.id.destination),
                .value(row.state.rawValue), .text(row.currency ?? ""), .value(row.amount ?? ""), .value(row.changedAt.description),
                .value("\(row.tries)"), .text(row.reason ?? ""),
            ])
        }
        return table.reply
    }
}
