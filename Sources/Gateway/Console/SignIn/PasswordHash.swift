import Crypto
import Foundation
import _CryptoExtras

/// A password as a configuration keeps it: what scrypt (RFC 7914) makes of it, with the cost that it takes to make.
///
/// As text: `scrypt:15:8:3:SALT:KEY`, the cost as a power of two, block size and passes, then salt and key in base64url.
struct PasswordHash: Sendable, Equatable, CustomStringConvertible {
    private var cost: Int
    private var blockSize: Int
    private var passes: Int
    private var salt: [UInt8]
    private var key: [UInt8]

    /// Some tenths of a second and 32 MiB for each try.
    static let usual = (cost: 15, blockSize: 8, passes: 3)
    /// What a file may ask for: more would let one try hold up the others for long.
    private static let costs = (cost: 10...18, blockSize: 1...16, passes: 1...8)

    init(of password: String, cost: Int = usual.cost) throws {
        var generator = SystemRandomNumberGenerator()
        salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        (self.cost, blockSize, passes, key) = (cost, Self.usual.blockSize, Self.usual.passes, [])
        key = try derived(from: password).withUnsafeBytes(Array.init)
    }

    /// Nil for what `gateway password` has not written.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "scrypt", let cost = Int(parts[1]), let blockSize = Int(parts[2]), let passes = Int(parts[3]),
            Self.costs.cost.contains(cost), Self.costs.blockSize.contains(blockSize), Self.costs.passes.contains(passes),
            let salt = Self.bytes(parts[4]), let key = Self.bytes(parts[5]), salt.count >= 8, key.count == 32
        else { return nil }
        (self.cost, self.blockSize, self.passes, self.salt, self.key) = (cost, blockSize, passes, salt, key)
    }

    var description: String { "scrypt:\(cost):\(blockSize):\(passes):\(Self.text(salt)):\(Self.text(key))" }

    /// Takes as long for a wrong password as for the right one, and blocks meanwhile.
    func fits(_ password: String) -> Bool {
        guard let found = try? derived(from: password) else { return false }
        // In constant time.
        return found == SymmetricKey(data: key)
    }

    private func derived(from password: String) throws -> SymmetricKey {
        // One password, however its letters with marks were typed.
        let bytes = Array(password.precomposedStringWithCompatibilityMapping.utf8)
        return try KDF.Scrypt.deriveKey(
            from: bytes, salt: salt, outputByteCount: 32, rounds: 1 << cost, blockSize: blockSize, parallelism: passes)
    }

    private static func text(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/") + padding).map(Array.init)
    }
}
