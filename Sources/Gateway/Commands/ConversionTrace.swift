import Mappings

/// Everything the store knows of one conversion.
struct ConversionTrace {
    private let row: ConversionRow
    private let request: StoredRequest?
    private let repeats: [RepeatRow]
    private let deliveries: [(row: DeliveryRow, attempts: [AttemptRow])]

    /// - Parameter destination: nil takes the deliveries to all of them.
    init(_ row: ConversionRow, in store: any ConversionStore, destination: String? = nil) async throws(StoreError) {
        self.row = row
        request = try await store.request(of: row.id)
        repeats = try await store.repeats(of: row.id)
        var deliveries: [(row: DeliveryRow, attempts: [AttemptRow])] = []
        for delivery in try await store.deliveries(
            DeliveryFilter(conversion: row.id, destination: destination, ascending: true, limit: 1000))
        {
            deliveries.append((delivery, try await store.attempts(of: delivery.id)))
        }
        self.deliveries = deliveries
    }

    var object: JSONObject {
        var object: JSONObject = ["conversion": .object(Listing.object(of: row))]
        object["request"] = request.map { .object(Listing.object(of: $0)) }
        object["repeats"] = .array(
            repeats.map { row in
                var object: JSONObject = [
                    "received_at": .string(row.receivedAt.description), "same_content": .bool(row.sameContent),
                    "count": .number(String(row.count)),
                ]
                object["conversion"] = row.document.flatMap { try? JSONValue(parsing: $0) }
                object["request"] = row.request.map { .object(Listing.object(of: $0)) }
                return .object(object)
            })
        object["deliveries"] = .array(
            deliveries.map { delivery in
                var object = Listing.object(of: delivery.row)
                object["log"] = .array(delivery.attempts.map { .object(Listing.object(of: $0)) })
                return .object(object)
            })
        return object
    }

    var lines: [String] {
        var lines = ["conversion \(row.id)".styled(.bold)]
        var json = JSONWriter(options: .pretty)
        json.write(.object(Listing.object(of: row)))
        lines += String(decoding: json.bytes, as: UTF8.self).split(separator: "\n").map { "  \($0)" }
        if let request {
            lines += ["", "request, credentials removed".styled(.bold)]
            lines += Listing.lines(of: request).map { "  " + $0 }
        }
        for row in repeats {
            lines.append("")
            let times = row.count == 1 ? "once" : "\(row.count) times"
            lines.append(
                "sent again \(times), last \(row.receivedAt), \(row.sameContent ? "with the same content" : "with other content")".styled(
                    .yellow))
            if let request = row.request { lines += Listing.lines(of: request).map { "  " + $0 } }
        }
        for (row, attempts) in deliveries {
            lines.append("")
            var line = "→ \(row.id.destination): \(row.state.rawValue)"
            if let next = row.nextAttempt, row.state == .pending { line += ", next try \(next)" }
            if let remote = row.remoteID { line += ", there \(remote.printable)" }
            lines.append(line.styled(row.state.style))
            if let reason = row.reason { lines.append("  \(reason.printable)") }
            for attempt in attempts {
                let status = attempt.status.map { " \($0)" } ?? ""
                lines.append("  \(attempt.number). \(attempt.startedAt)  \(attempt.requestLine.printable)")
                lines += (SentRequest(attempt)?.rest ?? []).map { "     \($0.printable)" }
                lines.append("     \(attempt.outcome)\(status) after \(attempt.latency / 1000) ms: \(attempt.reply.printable)")
            }
        }
        return lines
    }
}

extension DeliveryState {
    var style: Terminal.Style {
        switch self {
        case .delivered, .duplicate: .green
        case .pending: .cyan
        case .skipped: .yellow
        case .rejected, .dead: .red
        }
    }
}
