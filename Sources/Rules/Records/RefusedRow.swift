import Mappings

package struct RefusedRow: Sendable {
    package var id: Int64
    package var refused: RefusedRequest
    package var replayedAs: ConversionID?
    package var replayedAt: Timestamp?

    package init(id: Int64, refused: RefusedRequest, replayedAs: ConversionID? = nil, replayedAt: Timestamp? = nil) {
        self.id = id
        self.refused = refused
        self.replayedAs = replayedAs
        self.replayedAt = replayedAt
    }
}

package struct RefusedFilter: Sendable {
    package var id: Int64?
    /// Only those with a larger number.
    package var after: Int64?
    package var source: String?
    package var tracker: String?
    package var code: String?
    package var since: Timestamp?
    package var until: Timestamp?
    /// Only requests from senders without a proven credential.
    package var strangers: Bool?
    /// Only requests that reached no tracker, or only the others; nil is all.
    package var unrouted: Bool?
    package var ascending = false
    package var limit = 50
    package var offset = 0

    package init(
        id: Int64? = nil, after: Int64? = nil, source: String? = nil, tracker: String? = nil, code: String? = nil, since: Timestamp? = nil,
        until: Timestamp? = nil, strangers: Bool? = nil, unrouted: Bool? = nil, ascending: Bool = false, limit: Int = 50, offset: Int = 0
    ) {
        self.id = id
        self.after = after
        self.source = source
        self.tracker = tracker
        self.code = code
        self.since = since
        self.until = until
        self.strangers = strangers
        self.unrouted = unrouted
        self.ascending = ascending
        self.limit = limit
        self.offset = offset
    }
}
