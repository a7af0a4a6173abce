import Mappings
import Rules

/// Everything the store knows of one conversion: its history, message by message, and what became of each at every destination.
struct ConversionTrace {
    struct Message {
        var row: ConversionRow
        var request: StoredRequest?
        var deliveries: [(row: DeliveryRow, attempts: [AttemptRow])] = []
        var unrouted: UnroutedMessage?

        /// Whether it came once more: a second refund looks like this, too.
        func isRepeated(by row: RepeatRow) -> Bool {
            guard let request, let other = row.request else { return false }
            return request.target == other.target && request.body == other.body
        }
    }
    let first: Message
    let corrections: [Message]
    let repeats: [RepeatRow]

    /// - Parameters:
    ///   - row: the first message or a correction; the whole history is shown.
    ///   - destination: nil takes the deliveries to all of them, and the reasons why there are none to others.
    init(
        _ row: ConversionRow, in store: any ReadingStore, _ configuration: Configuration?, destination: String? = nil
    ) async throws(StoreError) {
        var messages: [Message] = []
        for row in try await store.history(of: row.id) {
            var message = Message(row: row, request: try await store.request(of: row.id))
            for delivery in try await store.deliveries(
                DeliveryFilter(conversion: row.id, destination: destination, ascending: true, limit: 1000))
            {
                message.deliveries.append((delivery, try await store.attempts(of: delivery.id)))
            }
            if destination == nil {
                let reached = message.deliveries.map(\.row.id.destination)
                message.unrouted = try await UnroutedMessage(row, reached: reached, in: store, configuration)
            }
            messages.append(message)
        }
        first = messages.first ?? Message(row: row)
        corrections = Array(messages.dropFirst())
        repeats = try await store.repeats(of: first.row.id)
    }

    /// The conversion as it is now.
    var present: ConversionRow { corrections.last?.row ?? first.row }

    var object: JSONObject {
        var object: JSONObject = ["conversion": .object(Listing.object(of: present))]
        object["request"] = first.request.map { .object(Listing.object(of: $0)) }
        var number = 0
        object["repeats"] = .array(
            repeats.map { row in
                var object: JSONObject = [
                    "received_at": .string(row.receivedAt.description), "same_content": .bool(row.sameContent),
                    "count": .number(String(row.count)),
                ]
                if row.isKeptWhole {
                    number += 1
                    object["repeat"] = .number(String(number))
                } else if row.sameContent {
                    object["repeat"] = .string("\(RepeatChoice.same)")
                }
                object["note"] = row.note.map(JSONValue.string)
                object["conversion"] = row.document.flatMap { try? JSONValue(parsing: $0) }
                object["request"] = row.request.map { .object(Listing.object(of: $0)) }
                return .object(object)
            })
        object["deliveries"] = Self.array(of: first)
        object["not_routed"] = first.unrouted?.array
        guard !corrections.isEmpty else { return object }
        object["first"] = .object(Listing.object(of: first.row))
        object["corrections"] = .array(
            corrections.map { message in
                var object: JSONObject = [
                    "id": .string(message.row.id.description), "received_at": .string(message.row.receivedAt.description),
                    "conversion": .object(Listing.object(of: message.row)),
                ]
                object["request"] = message.request.map { .object(Listing.object(of: $0)) }
                object["deliveries"] = Self.array(of: message)
                object["not_routed"] = message.unrouted?.array
                return .object(object)
            })
        return object
    }

    private static func array(of message: Message) -> JSONValue {
        .array(
            message.deliveries.map { delivery in
                var object = Listing.object(of: delivery.row)
                object["log"] = .array(delivery.attempts.map { .object(Listing.object(of: $0)) })
                return .object(object)
            })
    }

    var lines: [String] {
        var lines = ["conversion \(first.row.id)\(corrections.isEmpty ? "" : ", as it is now")".styled(.bold)]
        var json = JSONWriter(options: .pretty)
        json.write(.object(Listing.object(of: present)))
        lines += String(decoding: json.bytes, as: UTF8.self).split(separator: "\n").map { "  \($0)" }
        if let request = first.request {
            lines += ["", "request, credentials removed".styled(.bold)]
            lines += Listing.lines(of: request).map { "  " + $0 }
        }
        var number = 0
        for row in repeats {
            if row.isKeptWhole { number += 1 }
            if corrections.contains(where: { $0.isRepeated(by: row) }) { continue }
            lines += Self.lines(of: row, choice: row.isKeptWhole ? .number(number) : row.sameContent ? .same : nil)
        }
        lines += Self.deliveryLines(of: first)
        for (index, message) in corrections.enumerated() {
            let change = (try? Conversion(document: message.row.document))?.change ?? "a change"
            let title = "\(index + 1). correction \(message.row.id), \(message.row.receivedAt.shown): \(change)"
            lines += [""] + Terminal.folded(title.styled(.bold))
            if let request = message.request { lines += Listing.lines(of: request).map { "  " + $0 } }
            for row in repeats where message.isRepeated(by: row) {
                lines.append("\(Self.sentence(of: row)): \(row.note ?? "with the same content")".styled(.yellow))
            }
            lines += Self.deliveryLines(of: message)
        }
        return lines
    }

    /// - Parameter choice: what `replay --repeat` calls it.
    private static func lines(of row: RepeatRow, choice: RepeatChoice?) -> [String] {
        let content = row.sameContent ? "with the same content" : "with other content"
        var lines = ["", "\(sentence(of: row)), \(content)".styled(.yellow)]
        if let note = row.note { lines += Terminal.folded("  \(note)") }
        if let choice {
            lines.append("  repeat \(choice): `gateway replay ID --repeat \(choice)` makes a conversion of its own of it".styled(.dim))
        }
        if let request = row.request { lines += Listing.lines(of: request).map { "  " + $0 } }
        return lines
    }

    /// A time that is over: the destination is paused or busy, or no gateway serves.
    private static func next(_ time: Timestamp) -> String {
        (time > SystemClock.now() ? ", next try " : ", due since ") + time.shown
    }

    private static func sentence(of row: RepeatRow) -> String {
        "sent again \(row.count == 1 ? "once" : "\(row.count) times"), last \(row.receivedAt.shown)"
    }

    private static func deliveryLines(of message: Message) -> [String] {
        var lines: [String] = []
        for (row, attempts) in message.deliveries {
            lines.append("")
            var line = "→ \(row.id.destination): \(row.state.rawValue)"
            if let lines = row.lines { line += ", \(lines.summary)" }
            if row.state == .pending { line += row.nextAttempt.map(Self.next) ?? ", waits for the delivery before it" }
            if let remote = row.remoteID { line += ", tracker's id \(remote)" }
            lines += Terminal.folded(line.styled(row.state.style))
            if let reason = row.reason { lines += Terminal.folded("  \(reason)") }
            if row.known != row.state {
                lines += Terminal.folded("  it had arrived before, so what corrects it is sent as a correction".styled(.yellow))
            }
            for attempt in attempts {
                let status = attempt.status.map { " \($0)" } ?? ""
                lines.append("  \(attempt.number). \(attempt.startedAt.shown)  \(attempt.requestLine)")
                lines += (SentRequest(attempt)?.rest ?? []).map { "     \($0)" }
                lines += Terminal.folded(
                    "     \(attempt.outcome.rawValue)\(status) after \(attempt.latency / 1000) ms: \(attempt.reply)")
            }
        }
        return lines + (message.unrouted?.lines ?? [])
    }
}

extension DeliveryState {
    var style: Terminal.Style {
        switch self {
        case .delivered, .duplicate: .green
        case .pending: .cyan
        case .skipped, .unconfirmed: .yellow
        case .rejected, .dead: .red
        }
    }
}
