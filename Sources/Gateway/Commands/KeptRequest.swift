import Mappings
import Rules

/// A request that is in the store and made no conversion: it was refused, or another came before it under the same key.
struct KeptRequest {
    /// `refused request 7`, `repeat 1 of conversion …`.
    var name: String
    /// What was said about it then.
    var said: String
    /// Nil for a stranger's.
    var source: String?
    var request: StoredRequest
    var receivedAt: Timestamp
    /// Only the beginning of its body was kept.
    var isCut = false
    /// Of a refused one.
    var number: Int64?
    /// A warning that its conversion gets.
    var note: String?
    /// The only key that a repeat has when it becomes a conversion of its own, so that it becomes one once. Of several the first that no
    /// conversion has yet.
    var ownKeys: [Digest32] = []
    /// What makes one more, if all of them are taken.
    var more: String?
    /// Of an edited repeat: the conversion that it repeats.
    var copyOf: ConversionID?

    init(_ row: RefusedRow, _ edit: RequestEdit = RequestEdit()) {
        name = "refused request \(row.id)"
        said = "\(row.refused.code): \(row.refused.reason)"
        source = row.refused.source
        request = edit.applied(to: row.refused.request)
        receivedAt = row.refused.receivedAt
        isCut = row.refused.isCut && edit.body == nil
        number = row.id
        if !edit.summary.isEmpty {
            note = "run again from refused request \(row.id) with \(edit.summary); `gateway refused show \(row.id)` has the original"
        }
    }

    /// - Parameters:
    ///   - number: among those that are kept whole, from 1.
    ///   - first: the conversion that it repeats.
    init(repeat number: Int, _ row: RepeatRow, _ request: StoredRequest, of first: ConversionRow, _ edit: RequestEdit) {
        self.init("repeat \(number) of conversion \(first.id)", row, request, of: first, edit)
        ownKeys = [Digest32(sha256: "repeat|\(first.id)|\(request.target)|\(String(decoding: request.body, as: UTF8.self))")]
    }

    /// - Parameters:
    ///   - row: counts those with the same content.
    ///   - again: one more is meant than were made already.
    init(same row: RepeatRow, _ request: StoredRequest, of first: ConversionRow, again: Bool, _ edit: RequestEdit) {
        self.init("a repeat of conversion \(first.id) with the same content", row, request, of: first, edit)
        more = again ? "every one that came is a conversion by now" : "--again makes one more, if it was sold once more"
        ownKeys = (1...(again ? max(1, row.count) : 1)).map { Digest32(sha256: "same|\(first.id)|\($0)") }
    }

    private init(_ name: String, _ row: RepeatRow, _ request: StoredRequest, of first: ConversionRow, _ edit: RequestEdit) {
        self.name = name
        said = row.note ?? "it came with \(row.sameContent ? "the same" : "other") content"
        source = first.source
        self.request = edit.applied(to: request)
        receivedAt = row.receivedAt
        note = "run again as a conversion of its own from \(name)" + (edit.summary.isEmpty ? "" : " with \(edit.summary)")
        copyOf = edit.summary.isEmpty ? nil : first.id
    }
}
