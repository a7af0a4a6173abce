import Mappings
import NIOHTTP1

/// A browser's request.
struct ConsoleRequest: Sendable {
    var method: String
    /// Without the query.
    var path: String
    var query = FormFields()
    var headers: [(name: String, value: String)] = []
    /// Of a form that was posted.
    var form = FormFields()
    var peer = ""

    /// Path and query as they came, to return to.
    var target: String

    init(method: String, target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [], peer: String = "") {
        self.method = method
        self.target = target
        self.headers = headers
        self.peer = peer
        let question = target.firstIndex(of: "?") ?? target.endIndex
        path = String(target[..<question])
        if question < target.endIndex { query = FormFields(decoding: String(target[target.index(after: question)...])) }
        if !body.isEmpty { form = FormFields(decoding: String(decoding: body, as: UTF8.self)) }
    }

    init(_ head: HTTPRequestHead, body: [UInt8], peer: String) {
        self.init(
            method: head.method.rawValue, target: head.uri, headers: head.headers.map { ($0.name, $0.value) }, body: body, peer: peer)
    }

    func header(_ name: String) -> String? { headers.first { $0.name.isEqualIgnoringCase(name) }?.value.trimmed }

    func cookie(_ name: String) -> String? {
        for header in headers where header.name.isEqualIgnoringCase("Cookie") {
            for pair in header.value.split(separator: ";") {
                let halves = pair.split(separator: "=", maxSplits: 1)
                if halves.count == 2, String(halves[0]).trimmed == name { return String(halves[1]).trimmed }
            }
        }
        return nil
    }

    /// The path's segments, decoded.
    var segments: [String] { path.split(separator: "/").map { String($0).percentDecoded } }

    /// Only asks; everything else changes something.
    var isReading: Bool { method == "GET" || method == "HEAD" }
}
