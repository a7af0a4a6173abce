import Mappings

/// An HTTP request as it came in, with credentials masked before it reaches the store.
package struct StoredRequest: Sendable, Equatable {
    package var method: String
    /// Path and query.
    package var target: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    package var peer: String

    package init(method: String, target: String, headers: [(name: String, value: String)], body: [UInt8], peer: String) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.peer = peer
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.method == right.method && left.target == right.target && left.body == right.body && left.peer == right.peer
            && left.headers.elementsEqual(right.headers) { $0 == $1 }
    }
}

extension StoredRequest {
    /// As mappings read it; credentials are gone.
    package var wireRequest: WireRequest {
        let question = target.firstIndex(of: "?") ?? target.endIndex
        let query = question < target.endIndex ? String(target[target.index(after: question)...]) : ""
        return WireRequest(method: method, path: String(target[..<question]), query: query, headers: headers, body: body)
    }
}
