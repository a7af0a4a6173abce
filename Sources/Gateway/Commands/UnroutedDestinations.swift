import Mappings
import Rules

/// Where a stored conversion was not sent, and why, judged by the configuration of now: the store does not keep the routes of the day.
struct UnroutedDestinations {
    private let obstacles: [RouteObstacle]

    /// - Parameter row: any message of the conversion's history.
    init(_ row: ConversionRow, in store: any ReadingStore, _ configuration: Configuration?) async throws(StoreError) {
        let history = try await store.history(of: row.id)
        guard let configuration, let present = try? Conversion(document: (history.last ?? row).document) else {
            obstacles = []
            return
        }
        var reached: [String] = []
        for message in history {
            reached += try await store.deliveries(DeliveryFilter(conversion: message.id, limit: 1000)).map(\.id.destination)
        }
        obstacles = configuration.routes.obstacles(to: present, reached: reached)
    }

    var lines: [String] {
        guard !obstacles.isEmpty else { return [] }
        return ["", "not sent, as the routes are now".styled(.bold)] + obstacles.map { "  \($0.sentence.printable)" }
    }

    var array: JSONValue {
        .array(
            obstacles.map { obstacle in
                [
                    "route": .number(String(obstacle.route)), "destinations": .array(obstacle.destinations.map { .string($0) }),
                    "reason": .string(obstacle.reason),
                ]
            })
    }
}
