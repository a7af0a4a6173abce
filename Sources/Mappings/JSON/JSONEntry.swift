package enum JSONKind: UInt8, Sendable {
    case object, array, string, number, `true`, `false`, null
}

/// One value or key on a document's tape. A key is followed by its value, a container by its first child.
package struct JSONEntry: Sendable {
    private var first: UInt32
    private var last: UInt32
    private var following: UInt32
    /// The kind in 3 bits, whether a string has escapes in 1, the number of children in 28.
    private var details: UInt32

    /// `next` of a container that is still open is its parent, -1 for none.
    @inline(__always) init(_ kind: JSONKind, _ start: Int, _ end: Int, next: Int, escaped: Bool = false) {
        first = UInt32(truncatingIfNeeded: start)
        last = UInt32(truncatingIfNeeded: end)
        following = UInt32(truncatingIfNeeded: next)
        details = UInt32(kind.rawValue) | (escaped ? 8 : 0)
    }

    /// The place of the value in the input; of a string without its quotes.
    @inline(__always) var start: Int { Int(first) }
    @inline(__always) var end: Int { Int(last) }
    /// The index behind this value and all it holds.
    @inline(__always) var next: Int { Int(following) }
    @inline(__always) var kind: JSONKind { unsafeBitCast(UInt8(truncatingIfNeeded: details & 7), to: JSONKind.self) }
    @inline(__always) var isEscaped: Bool { details & 8 != 0 }
    @inline(__always) var count: Int { Int(details >> 4) }

    @inline(__always) mutating func addChild() { details &+= 16 }

    /// Returns the parent's index.
    @inline(__always) mutating func close(end: Int, next: Int) -> Int {
        let parent = Int(Int32(bitPattern: following))
        last = UInt32(truncatingIfNeeded: end)
        following = UInt32(truncatingIfNeeded: next)
        return parent
    }
}
