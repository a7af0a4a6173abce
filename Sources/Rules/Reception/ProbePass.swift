import Crypto
import Mappings

/// Shows a running gateway that who asks has its whole configuration: `doctor --url` asks what arrived of its requests.
///
/// The key comes from all secrets of the configuration together. So there is nothing to set up, and a sender, who knows only their own, cannot
/// make a pass. A pass is good for five minutes, says nothing about the secrets that can be used, and lets nobody store anything.
package struct ProbePass: Sendable {
    package static let header = "Gateway-Probe"
    static let validity: Int64 = 300

    /// Nil if the configuration has no secret: then nothing distinguishes an operator from a stranger.
    private let key: SymmetricKey?

    /// - Parameter secrets: in any order.
    package init(secrets: [String]) {
        if secrets.isEmpty {
            key = nil
            return
        }
        var hasher = SHA256()
        for secret in Set(secrets).sorted() { hasher.update(data: Array("\(secret.utf8.count):\(secret)".utf8)) }
        key = SymmetricKey(data: Array(hasher.finalize()))
    }

    /// `1717000000.a-3.9f86d0…`; nil if the configuration has no secret.
    ///
    /// - Parameter name: of the request, without a dot.
    package func text(for name: String, at time: Timestamp) -> String? {
        mark("\(time.seconds).\(name)").map { "\(time.seconds).\(name).\($0)" }
    }

    /// The name of the request that the pass was made for; nil if it is no pass, or none any more.
    package func name(in text: String, at time: Timestamp) -> String? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 200, parts.count == 3, let seconds = Int64(parts[0]),
            (time.seconds - Self.validity...time.seconds + Self.validity).contains(seconds),
            let mark = mark("\(parts[0]).\(parts[1])"), Digest32(sha256: mark) == Digest32(sha256: String(parts[2]))
        else { return nil }
        return String(parts[1])
    }

    private func mark(_ text: String) -> String? {
        key.map { key in
            HMAC<SHA256>.authenticationCode(for: Array("gateway probe \(text)".utf8), using: key).withUnsafeBytes(\.hex)
        }
    }
}
