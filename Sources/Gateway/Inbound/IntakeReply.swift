import Mappings

/// A reply with the headers that HTTP wants beside the tracker's own words.
struct IntakeReply: Sendable {
    var wire: WireReply
    /// `Retry-After` and `Allow`, where they are due.
    var headers: [(name: String, value: String)] = []

    init(_ wire: WireReply, headers: [(name: String, value: String)] = []) {
        self.wire = wire
        self.headers = headers
    }

    /// Where no tracker is known whose dialect could be spoken: `{"error":"…"}`.
    static func error(_ code: FailureCode, _ sentence: String, headers: [(name: String, value: String)] = []) -> Self {
        Self(json(status: code.status, ["error": .string(sentence)]), headers: headers)
    }

    static func json(status: Int, _ value: JSONValue) -> WireReply {
        var json = JSONWriter(capacity: 128)
        json.write(value)
        return WireReply(status: status, contentType: "application/json", body: json.bytes)
    }
}
