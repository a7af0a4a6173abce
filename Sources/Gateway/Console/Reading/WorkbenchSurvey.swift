import Mappings
import Rules

/// What an edit would change of the requests that came last.
struct WorkbenchSurvey {
    struct Change {
        var row: ConversionRow
        /// In words.
        var what: String
    }

    /// Requests that were judged twice.
    private(set) var count = 0
    private(set) var changes: [Change] = []
    /// Those whose raw request is not stored any more.
    private(set) var pruned = 0
    /// Time was over before all of them were judged.
    private(set) var isCut = false

    static let most = 1000
    private static let patience = Duration.seconds(5)

    init(
        of source: String, _ running: Console.Version, _ edited: Console.Version, in store: any ReadingStore, now: @Sendable () -> Timestamp
    ) async throws(StoreError) {
        let start = now()
        for row in try await store.conversions(ConversionFilter(source: source, limit: Self.most)) {
            if start.duration(to: now()) > Self.patience {
                isCut = true
                return
            }
            guard let request = try await store.request(of: row.id)?.wireRequest else {
                pruned += 1
                continue
            }
            count += 1
            let before = RequestOutcome(of: request, from: source, running, now: row.receivedAt)
            let after = RequestOutcome(of: request, from: source, edited, now: row.receivedAt)
            if let what = Self.change(before, after) { changes.append(Change(row: row, what: what)) }
        }
    }

    /// Nil if nothing is different.
    private static func change(_ before: RequestOutcome, _ after: RequestOutcome) -> String? {
        if let refusal = after.reading.refusal {
            return before.reading.refusal == nil ? "would be refused: \(refusal.reason)" : nil
        }
        if before.reading.refusal != nil { return "would be taken" }
        var parts: [String] = []
        let fields = changedFields(before.reading.conversion, after.reading.conversion)
        if !fields.isEmpty { parts.append("\(fields.joined(separator: ", ")) would differ") }
        let names = Set((before.sent + after.sent).map(\.destination)).sorted().filter { name in
            before.sent.first { $0.destination == name } != after.sent.first { $0.destination == name }
        }
        if !names.isEmpty { parts.append("\(names.joined(separator: ", ")) would get something else") }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private static func changedFields(_ before: Conversion?, _ after: Conversion?) -> [String] {
        let (old, new) = (before.map { ConversionFields($0).rows } ?? [], after.map { ConversionFields($0).rows } ?? [])
        let names = (old + new).map(\.name).reduce(into: [String]()) { names, name in if !names.contains(name) { names.append(name) } }
        return names.filter { name in old.first { $0.name == name }?.value != new.first { $0.name == name }?.value }
    }
}
