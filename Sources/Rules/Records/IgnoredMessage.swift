import Mappings

/// One documented message of a source that is no conversion, as stores count it: by the quarter of an hour, so that the days of every zone
/// can be told from the counts.
package struct IgnoredMessage: Sendable, Hashable {
    package var source: String
    package var receivedAt: Timestamp

    package init(source: String, receivedAt: Timestamp) {
        self.source = source
        self.receivedAt = receivedAt
    }

    package var quarter: Int64 { receivedAt.quarter }

    /// Counts of quarters before this one, eight days ago, are forgotten.
    package var oldestKept: Int64 { quarter - 8 * 24 * 4 }
}

extension Timestamp {
    /// Quarters of an hour since 1970.
    package var quarter: Int64 { seconds >= 0 ? seconds / 900 : (seconds - 899) / 900 }
}
