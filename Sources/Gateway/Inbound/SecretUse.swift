import Mappings
import Rules

/// Which of a source's secrets proved a request: during a rotation there are two.
enum SecretUse: Sendable, CaseIterable {
    case first
    /// The one that is on its way out, listed second.
    case second
}

/// One credential as a request must present it: one secret, or either of two.
struct ActiveSecret: Sendable {
    let first: Digest32
    let second: Digest32?

    /// Compares with both in constant time, whichever fits.
    func fit(_ presented: Digest32?) -> SecretUse? {
        guard let presented else { return nil }
        let isFirst = presented.isEqualInConstantTime(to: first)
        let isSecond = second.map { presented.isEqualInConstantTime(to: $0) } ?? false
        return isFirst ? .first : isSecond ? .second : nil
    }
}

/// The one or two keys under which a source's requests are signed.
struct ActiveSigner: Sendable {
    let first: Signer
    let second: Signer?

    func fit(_ parsed: ParsedRequest) -> SecretUse? {
        let isFirst = first.verifies(parsed)
        let isSecond = second?.verifies(parsed) ?? false
        return isFirst ? .first : isSecond ? .second : nil
    }
}
