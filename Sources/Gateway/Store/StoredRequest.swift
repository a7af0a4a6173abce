/// An HTTP request as it came in, with credentials masked before it reaches the store.
struct StoredRequest: Sendable, Equatable {
    var method: String
    /// Path and query.
    var target: String
    var headers: [(name: String, value: String)]
    var body: [UInt8]
    var peer: String

    static func == (left: Self, right: Self) -> Bool {
        left.method == right.method && left.target == right.target && left.body == right.body && left.peer == right.peer
            && left.headers.elementsEqual(right.headers) { $0 == $1 }
    }
}
