import Mappings
import Rules

/// What lists and `show` print of stored things, as JSON. `Terminal` writes what nobody can see in it as `\uXXXX`; the values stay the same.
enum Listing {
    /// A JSON array with one object a line, so that both `jq` and `grep` can read it.
    static func print(_ objects: [JSONObject]) {
        guard !objects.isEmpty else { return Terminal.print("[]") }
        for (index, object) in objects.enumerated() {
            var json = JSONWriter()
            json.write(.object(object))
            let line = String(decoding: json.bytes, as: UTF8.self)
            Terminal.print((index == 0 ? "[" : " ") + line + (index == objects.count - 1 ? "]" : ","))
        }
    }

    static func printPretty(_ object: JSONObject) {
        var json = JSONWriter(options: .pretty)
        json.write(.object(object))
        Terminal.print(String(decoding: json.bytes, as: UTF8.self).split(separator: "\n").map(String.init))
    }

    static func object(of row: ConversionRow) -> JSONObject {
        if case .object(let object)? = try? JSONValue(parsing: row.document) { return object }
        return ["id": .string(row.id.description)]
    }

    static func object(of row: WaitingRow) -> JSONObject {
        var object: JSONObject = [
            "id": .string(row.id.description), "received_at": .string(row.receivedAt.description), "source": .string(row.source),
            "tracker": .string(row.tracker),
        ]
        object["order_id"] = row.orderID.map(JSONValue.string)
        object["correction"] = try? JSONValue(parsing: row.document)
        object["says"] = .string(row.says)
        if row.repeats > 0 { object["repeats"] = .number(String(row.repeats)) }
        object["request"] = row.request.map { .object(self.object(of: $0)) }
        return object
    }

    static func object(of row: DeliveryRow) -> JSONObject {
        var object: JSONObject = [
            "id": .string(row.id.description), "conversion": .string(row.id.conversion.description),
            "destination": .string(row.id.destination), "source": .string(row.source), "state": .string(row.state.rawValue),
            "attempts": .number(String(row.tries)), "created_at": .string(row.createdAt.description),
            "changed_at": .string(row.changedAt.description),
        ]
        object["order_id"] = row.orderID.map(JSONValue.string)
        object["next_attempt"] = row.nextAttempt.map { .string($0.description) }
        object["reason"] = row.reason.map(JSONValue.string)
        object["remote_id"] = row.remoteID.map(JSONValue.string)
        object["amount"] = row.amount.map(JSONValue.string)
        object["currency"] = row.currency.map(JSONValue.string)
        object["lines"] = row.lines.map { ["arrived": .number("\($0.arrived)"), "count": .number("\($0.count)")] }
        if row.hadArrived { object["had_arrived"] = .bool(true) }
        return object
    }

    static func object(of attempt: AttemptRow) -> JSONObject {
        var object: JSONObject = [
            "number": .number(String(attempt.number)), "started_at": .string(attempt.startedAt.description),
            "latency_us": .number(String(attempt.latency)), "request": .string(attempt.requestLine),
            "outcome": .string(attempt.outcome.rawValue), "reply": .string(attempt.reply),
        ]
        object["status"] = attempt.status.map { .number(String($0)) }
        if let sent = SentRequest(attempt) {
            object["headers"] = .array(sent.headers.map(JSONValue.string))
            object["body"] = .string(sent.body)
        }
        return object
    }

    static func object(of row: RefusedRow) -> JSONObject {
        var object: JSONObject = [
            "id": .number(String(row.id)), "received_at": .string(row.refused.receivedAt.description),
            "status": .number(String(row.refused.status)), "code": .string(row.refused.code), "reason": .string(row.refused.reason),
            "request": .object(self.object(of: row.refused.request)),
        ]
        if row.refused.isCut { object["body_cut"] = .bool(true) }
        object["source"] = row.refused.source.map(JSONValue.string)
        object["tracker"] = row.refused.tracker.map(JSONValue.string)
        object["replayed_as"] = row.replayedAs.map { .string($0.description) }
        object["replayed_at"] = row.replayedAt.map { .string($0.description) }
        return object
    }

    static func object(of request: StoredRequest) -> JSONObject {
        [
            "method": .string(request.method), "target": .string(request.target), "peer": .string(request.peer),
            "headers": .object(JSONObject(request.headers.map { ($0.name, .string($0.value)) })),
            "body": .string(String(decoding: request.body, as: UTF8.self)),
        ]
    }

    /// As it was sent, for reading: request line, headers, body.
    static func lines(of request: StoredRequest) -> [String] {
        var lines = ["\(request.method) \(request.target)   (from \(request.peer))"]
        lines += request.headers.map { "\($0.name): \($0.value)" }
        // As a file for `gateway explain` has it.
        if !request.body.isEmpty {
            lines += [""] + String(decoding: request.body, as: UTF8.self).split(separator: "\n").map(String.init)
        }
        return lines
    }
}
