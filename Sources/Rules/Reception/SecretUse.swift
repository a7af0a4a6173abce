import Mappings

/// Which of a source's secrets proved a request: during a rotation there are two.
package enum SecretUse: Sendable, CaseIterable {
    case first
    /// The one that is about to end, listed second.
    case second
}

/// One credential as a request must present it: one secret, or either of two.
package struct ActiveSecret: Sendable {
    package let first: Digest32
    package let second: Digest32?

    package init(first: Digest32, second: Digest32?) {
        self.first = first
        self.second = second
    }

    /// Compares with both in constant time, whichever fits.
    package func fit(_ presented: Digest32?) -> SecretUse? {
        guard let presented else { return nil }
        let isFirst = presented.isEqualInConstantTime(to: first)
        let isSecond = second.map { presented.isEqualInConstantTime(to: $0) } ?? false
        return isFirst ? .first : isSecond ? .second : nil
    }
}

/// The one or two keys under which a source's requests are signed.
package struct ActiveSigner: Sendable {
    package let first: Signer
    package let second: Signer?

    package init(first: Signer, second: Signer?) {
        self.first = first
        self.second = second
    }

    /// Both, to be searched for.
    package var signers: [Signer] { second.map { [first, $0] } ?? [first] }

    /// Which of them the search found, if it was one of these.
    package func fit(_ searched: ReceivedSignature) -> SecretUse? {
        if searched.isProven(by: first) { return .first }
        return second.map { searched.isProven(by: $0) } ?? false ? .second : nil
    }
}
