import Mappings

struct RefusedRow: Sendable {
    var id: Int64
    var refused: RefusedRequest
    var replayedAs: ConversionID?
    var replayedAt: Timestamp?
}

struct RefusedFilter: Sendable {
    var id: Int64?
    var source: String?
    var tracker: String?
    var code: String?
    var since: Timestamp?
    var until: Timestamp?
    /// Only requests from senders without a proven credential.
    var strangers: Bool?
    var ascending = false
    var limit = 50
    var offset = 0
}
