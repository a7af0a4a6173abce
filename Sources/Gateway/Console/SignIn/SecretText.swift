import Crypto
import Foundation

/// Random texts that nobody guesses, and their comparison.
enum SecretText {
    /// 256 bits, in letters that stand anywhere.
    static func random() -> String {
        SymmetricKey(size: .bits256).withUnsafeBytes { bytes in
            bytes.map { byte in
                let digits = String(byte, radix: 16)
                return digits.utf8.count == 1 ? "0" + digits : digits
            }.joined()
        }
    }

    /// In constant time, whatever both hold.
    static func areEqual(_ one: String, _ other: String) -> Bool { digest(one) == digest(other) }

    static func digest(_ text: String) -> SHA256.Digest { SHA256.hash(data: Array(text.utf8)) }
}
