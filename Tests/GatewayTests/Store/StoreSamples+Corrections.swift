import Mappings
import Rules

@testable import Gateway

extension StoreSamples {
    /// A message under the key 1 that has only a status; its content differs by the status and `mark`.
    static func message(
        _ number: UInt64, _ status: String, mark: UInt64 = 0, after: Duration = .zero, policy: RepeatPolicy = .update,
        orderID: String? = "order-1",
        keys: [DuplicateKey] = [key(1)], destinations: [String] = ["main"]
    ) -> Submission {
        var sent = submission(number, after: after, keys: keys, destinations: destinations)
        sent.conversion.status = status
        sent.conversion.orderID = orderID
        sent.conversion.document = Array(#"{"status":"\#(status)"}"#.utf8)
        sent.content = digest(status.utf8.reduce(mark &+ 77) { $0 &* 31 &+ UInt64($1) })
        sent.repeats = policy
        sent.rule = rule
        return sent
    }

    /// `pending` is a step back, `absurd` is refused, `extra` goes to one more destination; what is there already changes nothing.
    static let rule = CorrectionRule { message, present in
        let document =
            switch message {
            case .repeated(let document), .correction(let document): document
            }
        guard let status = StoreSamples.status(document), status != StoreSamples.status(present) else { return .unchanged(note: nil) }
        if status == "pending" { return .unchanged(note: "a late step back") }
        if status == "absurd" { return .refused(Failure(.invalid, field: "status", "status 'absurd' is unknown")) }
        var row = submission(1).conversion
        row.status = status
        row.amount = "50.00"
        row.refunded = status == "refunded" ? "50.00" : nil
        row.document = Array(#"{"status":"\#(status)","refunded":true}"#.utf8)
        return .changed(row, status == "extra" ? Way(destinations: ["main", "extra"]) : missing)
    }

    static let missing = Way(destinations: ["main"], missed: MissedRoutes(text: "2\textra\tstatus == \"extra\"\tstatus"))

    private static func status(_ document: [UInt8]) -> String? { (try? JSONValue(parsing: document))?["status"]?.plainText }

    static func main(_ submission: Submission) -> DeliveryID { DeliveryID(conversion: submission.conversion.id, destination: "main") }
}

extension Submission {
    /// The same with a signature. A conversion has it among its keys.
    func signed(_ number: UInt64, isCorrection: Bool = false) -> Submission {
        var signed = self
        let signature = StoreSamples.key(number)
        signed.signature = signature
        if !isCorrection { signed.keys.append(signature) }
        return signed
    }
}
