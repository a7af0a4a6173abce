/// A value or an object's key in the document it came from; it means nothing to another document.
package struct JSONNode: Hashable, Sendable {
    let index: Int
}

/// Reads JSON by RFC 8259 and refuses more: a byte order mark, half of a surrogate pair, a key twice in one object, and what is deeper than
/// `maximumDepth`, which is never more than 512.
///
/// Numbers are never converted: `49.900` stays `49.900`. A value is decoded only when it is read; `bytes` is the input as sent.
package struct JSONDocument: JSONReading, @unchecked Sendable {
    package let bytes: [UInt8]
    private let tape: JSONTape

    /// - Parameter rejectingDuplicateKeys: without it an object keeps both members, and asking for the key finds the last.
    package init(parsing bytes: [UInt8], maximumDepth: Int = 64, rejectingDuplicateKeys: Bool = true) throws(JSONError) {
        let limit = 1 << 28
        var tape: JSONTape?
        var failure: JSONError?
        bytes.withUnsafeBufferPointer { input in
            guard let base = input.baseAddress, input.count < limit else {
                failure = JSONError(.size, at: 0, of: input, "\(input.count) bytes of JSON; at most \(limit) are read")
                return
            }
            let parser = JSONParser(
                input: input, base: base, maximumDepth: min(maximumDepth, 512), rejectsDuplicateKeys: rejectingDuplicateKeys)
            // Few texts hold more than one value in eight bytes, and no JSON more than one in two. What turns out to be none, such as a row of
            // opening brackets, may begin one with each byte.
            for capacity in [input.count / 8 + 16, input.count / 2 + 3, input.count + 2] where tape == nil && failure == nil {
                let attempt = JSONTape.make(capacity)
                defer { withExtendedLifetime(attempt) {} }
                do throws(JSONError) {
                    if try parser.parse(into: attempt.entries, capacity: capacity) != nil { tape = attempt }
                } catch { failure = error }
            }
        }
        if let failure { throw failure }
        self.bytes = bytes
        self.tape = tape ?? JSONTape.make(1)
    }

    /// Walks the document at full speed: no reference is counted and no bound is checked. The view must not leave the closure.
    package func withUnsafeView<Result, Failure: Error>(_ body: (JSONView) throws(Failure) -> Result) throws(Failure) -> Result {
        try bytes.withUnsafeBufferPointer { (input) throws(Failure) -> Result in
            try body(JSONView(input: input, tape: UnsafePointer(tape.entries)))
        }
    }

    package func entry(_ node: JSONNode) -> JSONEntry { tape.entries[node.index] }

    package func withInput<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result { bytes.withUnsafeBufferPointer(body) }
}

/// The memory of a document's values.
private typealias JSONTape = ManagedBuffer<Void, JSONEntry>

extension JSONTape {
    fileprivate static func make(_ capacity: Int) -> JSONTape { JSONTape.create(minimumCapacity: capacity) { _ in () } }

    fileprivate var entries: UnsafeMutablePointer<JSONEntry> { withUnsafeMutablePointerToElements { $0 } }
}

/// A document inside `withUnsafeView`, and only there.
package struct JSONView: JSONReading {
    let input: UnsafeBufferPointer<UInt8>
    let tape: UnsafePointer<JSONEntry>

    @inline(__always) package func entry(_ node: JSONNode) -> JSONEntry { tape[node.index] }

    @inline(__always) package func withInput<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result { body(input) }

    /// The bytes of a value as sent; a string's are without its quotes, its escapes not decoded.
    @inline(__always) package func bytes(of node: JSONNode) -> UnsafeBufferPointer<UInt8> { input.text(of: entry(node)) }

    /// The JSON of a value as sent, a string's with its quotes, ready for `JSONWriter.encoded`; spaces within are kept.
    @inline(__always) package func encodedBytes(of node: JSONNode) -> UnsafeBufferPointer<UInt8> {
        let text = bytes(of: node)
        guard kind(node) == .string else { return text }
        return UnsafeBufferPointer(start: text.baseAddress.unsafelyUnwrapped - 1, count: text.count &+ 2)
    }
}
