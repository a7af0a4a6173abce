/// A hash of texts whose parts can be hashed without reading them again: a number to a random base, modulo 2^61 − 1.
///
/// The base is made when the process starts, so nobody can look for two texts with the same hash; that two of them have it by chance is as
/// likely as their length divided by 2^61.
struct RollingHash: Sendable {
    private static let modulus: UInt64 = 1 << 61 - 1
    /// A random base to the power of each index.
    fileprivate let powers: [UInt64]

    /// - Parameter longest: the length of the longest part that will be asked for.
    init(longest: Int) {
        let base = UInt64.random(in: 1 << 32..<Self.modulus)
        powers = (0..<longest).reduce(into: [1]) { powers, index in powers.append(Self.product(powers[index], base)) }
    }

    @inline(__always) static func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (high, low) = left.multipliedFullWidth(by: right)
        return sum(low & modulus, high << 3 | low >> 61)
    }

    @inline(__always) static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let sum = left &+ right
        return sum >= modulus ? sum &- modulus : sum
    }

    @inline(__always) static func difference(_ left: UInt64, _ right: UInt64) -> UInt64 {
        left >= right ? left &- right : left &+ modulus &- right
    }

    /// No byte counts as zero, so that a text and the same behind zeros differ.
    @inline(__always) static func adding(_ byte: UInt8, to hash: UInt64, base: UInt64) -> UInt64 {
        sum(product(hash, base), UInt64(byte) + 1)
    }
}

/// The hash of each part of a text, at the same cost whatever its length.
struct HashedWindows {
    /// Of what comes before each index, and before the end.
    private var before: [UInt64] = [0]
    private let hash: RollingHash

    init(of bytes: some Collection<UInt8>, _ hash: RollingHash) {
        self.hash = hash
        let base = hash.powers[1]
        before.reserveCapacity(bytes.count + 1)
        var sum: UInt64 = 0
        for byte in bytes {
            sum = RollingHash.adding(byte, to: sum, base: base)
            before.append(sum)
        }
    }

    /// Nothing may be asked that is not in the text.
    func hash(from start: Int, count: Int) -> UInt64 {
        RollingHash.difference(before[start + count], RollingHash.product(before[start], hash.powers[count]))
    }

    /// The hash of a text and, behind it, `count` bytes of this one.
    func hash(behind head: UInt64, from start: Int, count: Int) -> UInt64 {
        RollingHash.sum(RollingHash.product(head, hash.powers[count]), hash(from: start, count: count))
    }
}

/// Hashes of whole secrets. Most others are ruled out by one look.
struct SecretHashes: Sendable {
    private var isTaken = [Bool](repeating: false, count: 1 << 12)
    private var all: Set<UInt64> = []

    var isEmpty: Bool { all.isEmpty }

    mutating func insert(_ hash: UInt64) {
        isTaken[Int(hash & 0xFFF)] = true
        all.insert(hash)
    }

    @inline(__always) func contains(_ hash: UInt64) -> Bool { isTaken[Int(hash & 0xFFF)] && all.contains(hash) }
}
