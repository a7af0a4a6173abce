/// The click ids that are known, as sorted hashes: eight bytes each, however long they are.
///
/// An id that is not in the list is taken for a known one with a chance of one in 2^64 for each entry. The hash's key is new in every
/// process, so that nobody can look for such an id.
package struct ClickList: Sendable, Hashable {
    private let hashes: [UInt64]

    package init() { hashes = [] }

    /// - Parameter ids: in any order, twice or not.
    package init(hashes: consuming [UInt64]) {
        hashes.sort()
        var count = 0
        for index in hashes.indices where index == 0 || hashes[index] != hashes[count - 1] {
            hashes[count] = hashes[index]
            count += 1
        }
        // To its exact size: what was gathered may have room for twice as many.
        self.hashes = Array(unsafeUninitializedCapacity: count) { buffer, initialized in
            hashes.withUnsafeBufferPointer { _ = buffer.initialize(from: $0.prefix(count)) }
            initialized = count
        }
    }

    package var count: Int { hashes.count }

    package static func hash(_ id: UnsafeRawBufferPointer) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(bytes: id)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    package func contains(_ id: String) -> Bool {
        var id = id
        let hash = id.withUTF8 { Self.hash(UnsafeRawBufferPointer($0)) }
        var (low, high) = (0, hashes.count)
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low < hashes.count && hashes[low] == hash
    }
}
