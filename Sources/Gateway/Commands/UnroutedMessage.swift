import Mappings
import Rules

/// Where a stored message was not sent, and why.
///
/// The reasons of its own routes are those of when it came, because the store keeps them. If it keeps none, the routes of now say
/// what they can: which other sources a destination takes, or all that is known of a message that an older gateway stored.
struct UnroutedMessage {
    /// As the routes were when it came.
    let then: [RouteObstacle]
    /// As they are now: for destinations that `then` says nothing of.
    let now: [RouteObstacle]

    /// - Parameters:
    ///   - row: with the document as the message left it.
    ///   - reached: the destinations that it has a delivery to.
    init(_ row: ConversionRow, reached: [String], in store: any ReadingStore, _ configuration: Configuration?) async throws(StoreError) {
        guard let conversion = try? Conversion(document: row.document) else {
            (then, now) = ([], [])
            return
        }
        then = try await store.missedRoutes(of: row.id)?.obstacles(to: conversion, reached: reached) ?? []
        now = configuration?.routes.obstacles(to: conversion, reached: reached + then.flatMap(\.destinations)) ?? []
    }

    var lines: [String] {
        Self.lines("as the routes were when it came", then) + Self.lines("as the routes are now", now)
    }

    private static func lines(_ when: String, _ obstacles: [RouteObstacle]) -> [String] {
        if obstacles.isEmpty { return [] }
        return ["", "not sent, \(when)".styled(.bold)] + obstacles.flatMap { Terminal.folded("  \($0.sentence)") }
    }

    var array: JSONValue { .array(Self.objects("then", then) + Self.objects("now", now)) }

    private static func objects(_ judged: String, _ obstacles: [RouteObstacle]) -> [JSONValue] {
        obstacles.map { obstacle in
            [
                "route": .number(String(obstacle.route)), "destinations": .array(obstacle.destinations.map { .string($0) }),
                "reason": .string(obstacle.reason), "judged": .string(judged),
            ]
        }
    }
}
