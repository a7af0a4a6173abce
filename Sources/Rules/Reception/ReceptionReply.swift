import Mappings

/// A reply with the headers that HTTP wants beside the tracker's own words.
package struct ReceptionReply: Sendable {
    package var wire: WireReply
    /// `Retry-After` and `Allow`, if the reply needs them.
    package var headers: [(name: String, value: String)] = []

    package init(_ wire: WireReply, headers: [(name: String, value: String)] = []) {
        self.wire = wire
        self.headers = headers
    }

    /// For a request that no tracker answers, so that there is no dialect to speak: `{"error":"…"}`.
    package static func error(_ code: FailureCode, _ sentence: String, headers: [(name: String, value: String)] = []) -> Self {
        Self(json(status: code.status, ["error": .string(sentence)]), headers: headers)
    }

    package static func json(status: Int, _ value: JSONValue) -> WireReply {
        var json = JSONWriter(capacity: 128)
        json.write(value)
        return WireReply(status: status, contentType: "application/json", body: json.bytes)
    }
}
