import Mappings
import Rules

extension Console {
    /// `GET /feed`: what comes in, as server-sent events. Each is an id to link to and a line to read.
    func feed(_ request: ConsoleRequest, _ visitor: Visitor) -> ConsoleReply {
        let (store, clock) = (store, clock)
        return ConsoleReply(
            contentType: "text/event-stream",
            body: .events { [weak self] write in
                var newest = ConversionID.first(at: clock.now())
                var beats = 0
                guard await write(": what comes in\n\n") else { return }
                while let self, !self.isEnding, beats < Self.longestFeed {
                    await clock.sleep(.seconds(1))
                    beats += 1
                    let rows = (try? await store.messages(after: newest, limit: 50)) ?? []
                    newest = rows.map(\.id).max() ?? newest
                    let text = rows.reversed().map(Self.event).joined() + (beats % 15 == 0 ? ": still here\n\n" : "")
                    if !text.isEmpty { guard await write(text) else { return } }
                }
            })
    }

    /// Seconds; the browser then asks again, and shows that it is still signed in.
    private static let longestFeed = 600

    private static func event(_ row: ConversionRow) -> String {
        var data: JSONObject = [
            "id": .string((row.root ?? row.id).description), "time": .string(row.receivedAt.description), "source": .string(row.source),
            "what": .string(row.headline.printable),
        ]
        data["order"] = row.orderID.map { .string($0.printable) }
        if row.root != nil { data["correction"] = .bool(true) }
        var json = JSONWriter()
        json.write(.object(data))
        return "id: \(row.id)\ndata: \(String(decoding: json.bytes, as: UTF8.self))\n\n"
    }
}

extension ReadingStore {
    /// Conversions and corrections that came after this one, newest first.
    func messages(after id: ConversionID, limit: Int) async throws(StoreError) -> [ConversionRow] {
        let next = id.low == .max ? ConversionID(high: id.high + 1, low: 0) : ConversionID(high: id.high, low: id.low + 1)
        return try await messages(next...ConversionID(high: .max, low: .max), limit: limit)
    }
}
