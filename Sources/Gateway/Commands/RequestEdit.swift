import ArgumentParser
import Foundation
import Mappings
import Rules

/// What an operator changes in a kept request before it is run again. The kept one stays as it is.
struct RequestEdit {
    var body: [UInt8]?
    var query: String?
    var headers: [(name: String, value: String)] = []

    /// What of it is changed, as a part of a sentence; empty if nothing is.
    var summary: String {
        var parts: [String] = []
        if body != nil { parts.append("another body") }
        if query != nil { parts.append("another query") }
        parts += headers.map { $0.value.isEmpty ? "no header \($0.name)" : "another header \($0.name)" }
        return parts.joined(separator: ", ")
    }

    /// A header replaces those of its name; an empty value only takes them out.
    func applied(to request: StoredRequest) -> StoredRequest {
        var request = request
        if let body { request.body = body }
        if let query { request.target = request.target.prefix { $0 != "?" } + (query.isEmpty ? "" : "?\(query)") }
        for (name, value) in headers {
            request.headers.removeAll { $0.name.isEqualIgnoringCase(name) }
            if !value.isEmpty { request.headers.append((name, value)) }
        }
        return request
    }
}

/// The options that say so.
struct RequestEditOptions: ParsableArguments {
    @Option(name: .long, help: "Runs one refused request or repeat again with the body that this file holds.", completion: .file())
    var body: String?
    @Option(name: .long, help: "The same with another query: what comes after the '?'.")
    var query: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The same with another header; may be given several times. An empty value takes it out.", valueName: "name:value"))
    var header: [String] = []

    var isEmpty: Bool { body == nil && query == nil && header.isEmpty }

    func validate() throws {
        for text in header where text.firstIndex(of: ":").map({ $0 == text.startIndex }) ?? true {
            throw ValidationError("--header takes NAME:VALUE, found \(text.quotedBriefly)")
        }
    }

    /// - Throws: a sentence if the file cannot be read.
    func edit() throws -> RequestEdit {
        var edit = RequestEdit(query: query.map { String($0.drop { $0 == "?" }) })
        if let body {
            guard let bytes = FileManager.default.contents(atPath: body) else {
                throw ValidationError("'\(body)' cannot be read; name the file with the body")
            }
            // An editor's newline at the end is not part of a body.
            edit.body = Array(bytes.reversed().drop { $0 == 0x0A || $0 == 0x0D }.reversed())
        }
        edit.headers = header.compactMap { text in
            text.firstIndex(of: ":").map { (String(text[..<$0]).trimmed, String(text[text.index(after: $0)...]).trimmed) }
        }
        return edit
    }
}
