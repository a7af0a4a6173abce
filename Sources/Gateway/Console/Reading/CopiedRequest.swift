import Mappings
import Rules

/// A stored request in forms that other programs take.
struct CopiedRequest {
    let request: StoredRequest
    /// Where this gateway takes requests.
    let address: ListenAddress

    /// What the sender's library adds by itself.
    private static let usual = ["host", "content-length", "connection", "accept", "accept-encoding", "user-agent", "transfer-encoding"]

    private var headers: [(name: String, value: String)] {
        request.headers.filter { !Self.usual.contains($0.name.lowercased()) }
    }

    /// A `curl` command. Credentials are `***` in it, as they are in the store.
    var curl: String {
        let host = address.host.contains(":") ? "[\(address.host)]" : address.host
        var lines = ["curl -X \(request.method) \("http://\(host):\(address.port)\(request.target)".shellQuoted)"]
        lines += headers.map { "-H \("\($0.name): \($0.value)".shellQuoted)" }
        if !request.body.isEmpty { lines.append("--data-binary \(String(decoding: request.body, as: UTF8.self).shellQuoted)") }
        return lines.joined(separator: " \\\n  ")
    }

    /// An entry for a mapping's `examples:`. JSON is YAML, so that every value stands in quotes.
    func example(named name: String, _ conversion: Conversion) -> String {
        var given: JSONObject = [:]
        let wire = request.wireRequest
        if !wire.query.isEmpty { given["query"] = Self.object(Parameters(decoding: wire.query).pairs) }
        if !wire.body.isEmpty {
            given["body"] = (try? JSONValue(parsing: wire.body)) ?? .string(String(decoding: wire.body, as: UTF8.self))
        }
        let kept = headers.filter { $0.value != "***" && !$0.value.contains("***") && $0.name.lowercased() != "content-type" }
        if !kept.isEmpty { given["headers"] = Self.object(kept) }
        var expect: JSONObject = [:]
        for row in ConversionFields(conversion).rows where !row.name.contains("[") && !["extra", "metadata"].contains(row.name) {
            expect[row.name] = .string(row.value)
        }
        return [
            "- name: \(Self.json(.string(name)))", "  given: \(Self.json(.object(given)))", "  expect: \(Self.json(.object(expect)))",
        ].joined(separator: "\n")
    }

    private static func object(_ pairs: [(name: String, value: String)]) -> JSONValue {
        .object(JSONObject(pairs.map { ($0.name, .string($0.value)) }))
    }

    private static func json(_ value: JSONValue) -> String {
        var json = JSONWriter()
        json.write(value)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
