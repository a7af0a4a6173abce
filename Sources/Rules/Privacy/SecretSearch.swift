/// One text in which secrets are looked for, as it is and percent-decoded. Hashed once something begins like a secret, which is rare.
struct SecretSearch {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let hash: RollingHash
    private var plain: HashedWindows?
    private var decoded: DecodedBytes?
    private lazy var hasEscapes = bytes.contains(UInt8(ascii: "%"))

    init(in bytes: UnsafeBufferPointer<UInt8>, _ hash: RollingHash) {
        self.bytes = bytes
        self.hash = hash
    }

    /// The length of the longest secret that begins at an index; 0 if none does.
    mutating func plain(at index: Int, _ lengths: [Int]?, _ secrets: SecretHashes) -> Int {
        guard let lengths else { return 0 }
        let windows = windows()
        return lengths.reduce(0) { longest, length in
            guard length > longest, index + length <= bytes.count else { return longest }
            return secrets.contains(windows.hash(from: index, count: length)) ? length : longest
        }
    }

    /// The same for one that is percent-encoded: in how many bytes it is written.
    mutating func encoded(at index: Int, _ lengths: [Int]?, _ secrets: SecretHashes) -> Int {
        guard let lengths, hasEscapes else { return 0 }
        let windows = windows()
        let decoded = decoded ?? DecodedBytes(bytes, hash)
        self.decoded = decoded
        return lengths.reduce(0) { longest, length in
            guard let (found, written) = decoded.window(at: index, count: length, windows), written > longest else { return longest }
            return secrets.contains(found) ? written : longest
        }
    }

    private mutating func windows() -> HashedWindows {
        let windows = plain ?? HashedWindows(of: bytes, hash)
        plain = windows
        return windows
    }

    /// The first four bytes that are written at an index.
    static func decodedStart(at index: Int, of bytes: UnsafeBufferPointer<UInt8>) -> UInt32? {
        var (start, end) = (UInt32(0), index)
        for _ in 0..<SecretFinder.minimumLength {
            guard end < bytes.count else { return nil }
            let (byte, count) = decoded(at: end, of: bytes)
            start = start << 8 | UInt32(byte)
            end += count
        }
        return start
    }

    /// The byte that is written at an index, and in how many bytes: `/`, `%2F`, `%252F` and so on are all one `/`.
    static func decoded(at index: Int, of bytes: UnsafeBufferPointer<UInt8>) -> (byte: UInt8, count: Int) {
        var byte = bytes[index]
        var count = 1
        while byte == UInt8(ascii: "%"), index + count + 1 < bytes.count, let high = digit(bytes[index + count]),
            let low = digit(bytes[index + count + 1])
        {
            byte = high << 4 | low
            count += 2
        }
        return (byte, count)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}

/// A text with its percent-encoding taken off, however many layers there are.
private struct DecodedBytes {
    private let windows: HashedWindows
    /// Where each decoded byte is written, and the end of the text.
    private var origins: [Int32] = []
    /// By index: the first decoded byte that is written there or behind it.
    private var places: [Int32] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ hash: RollingHash) {
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let (byte, count) = SecretSearch.decoded(at: index, of: bytes)
            places.append(Int32(decoded.count))
            places.append(contentsOf: repeatElement(Int32(decoded.count + 1), count: count - 1))
            origins.append(Int32(index))
            decoded.append(byte)
            index += count
        }
        origins.append(Int32(index))
        windows = HashedWindows(of: decoded, hash)
    }

    /// The hash of so many decoded bytes from an index on, and in how many bytes they are written; nil beyond the end.
    ///
    /// An index within an escape begins with the rest of its digits as they are.
    ///
    /// - Parameter plain: of the text as it is.
    func window(at index: Int, count: Int, _ plain: HashedWindows) -> (hash: UInt64, written: Int)? {
        let place = Int(places[index])
        let digits = Int(origins[place]) - index
        guard digits < count else { return nil }
        let end = place + count - digits
        guard end < origins.count else { return nil }
        let head = plain.hash(from: index, count: digits)
        return (windows.hash(behind: head, from: place, count: count - digits), Int(origins[end]) - index)
    }
}
