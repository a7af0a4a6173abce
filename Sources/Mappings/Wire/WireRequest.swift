/// An HTTP request in the form that mappings read and write.
package struct WireRequest: Sendable {
    package var method: String
    /// Without the query, percent-encoding as sent.
    package var path: String
    /// The part after the `?`, as sent.
    package var query: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(
        method: String, path: String, query: String = "", headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// Path and query as in the request line.
    package var target: String { query.isEmpty ? path : "\(path)?\(query)" }

    /// The first header of that name in any case, without white space at either end.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.isEqualIgnoringCase(name) }?.value.trimmed
    }
}

extension String {
    /// Compares ASCII letters in either case, as header names are.
    package func isEqualIgnoringCase(_ other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        let isEqual = utf8.withContiguousStorageIfAvailable { one in
            other.utf8.withContiguousStorageIfAvailable { one.isEqualIgnoringCase($0) }
        }
        return isEqual.flatMap(\.self) ?? utf8.isEqualIgnoringCase(other.utf8)
    }
}

extension Collection<UInt8> {
    @inline(__always)
    fileprivate func isEqualIgnoringCase(_ other: some Collection<UInt8>) -> Bool {
        elementsEqual(other) { left, right in left == right || (left ^ right == 0x20 && (left | 0x20) &- 0x61 < 26) }
    }
}
