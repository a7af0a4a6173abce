import Mappings
import Rules

/// A submission on its way to a writer, with what could be computed before its turn. A class, because queues and batches hand it on several times.
final class QueuedSubmission: Sendable {
    let submission: Submission
    let message: QueuedMessage

    init(_ submission: Submission) {
        self.submission = submission
        message = QueuedMessage(
            row: submission.conversion, request: submission.request.encoded, content: submission.content.kept, rule: submission.rule)
    }
}

/// One message as the columns hold it: it has just come, or it waited in the store until now.
struct QueuedMessage: Sendable {
    var row: ConversionRow
    /// The raw request.
    var request: [UInt8]
    var content: KeptDigest
    /// Decides what the message changes.
    var rule: CorrectionRule

    var id: ConversionID { row.id }

    /// Of a correction that came before: why it is kept beside the first.
    var noteIfKnown: String? { CorrectionRule.Message.correction(row.document).noteIfKnown }
}
