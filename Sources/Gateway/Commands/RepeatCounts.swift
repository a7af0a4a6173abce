import Mappings
import Rules

/// How often a conversion was sent again.
struct RepeatCounts {
    private let same: Int
    private let other: Int

    init(of row: ConversionRow, in store: any ReadingStore) async throws(StoreError) {
        let repeats = try await store.repeats(of: row.id)
        same = repeats.filter(\.sameContent).reduce(0) { $0 + $1.count }
        other = repeats.filter { !$0.sameContent }.reduce(0) { $0 + $1.count }
    }

    var text: String {
        [(same, "equal"), (other, "other")].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    var object: JSONObject { ["same_content": .number(String(same)), "other_content": .number(String(other))] }
}
