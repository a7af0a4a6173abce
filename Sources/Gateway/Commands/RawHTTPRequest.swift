import Mappings

/// An HTTP/1.1 request written down in a file: request line, headers, an empty line, the body.
///
/// Lines may end in LF or CRLF. `Content-Length` is not needed and not believed: the body is the rest of the file. A file that begins with
/// `{` is a JSON body alone, one that begins with `<` is an XML body alone, and one line that begins with `?` or `name=` is a query alone; they
/// take their method and path from the mapping.
struct RawHTTPRequest {
    struct Failure: Error, CustomStringConvertible { var description: String }

    /// - Parameters:
    ///   - path: of a file without a request line.
    ///   - open: the variable segments of the path whose values such a file does not say.
    static func parse(_ bytes: [UInt8], mapping: Mapping, path: String, open: [String] = []) throws(Failure) -> WireRequest {
        let start = bytes.firstIndex { $0 > 0x20 } ?? bytes.endIndex
        guard start < bytes.endIndex else { throw Failure(description: "the request is empty") }
        if let type = BodyFormats.documentType(of: bytes) {
            let method = mapping.request.methods.first { mapping.request.readsBody($0) } ?? mapping.request.methods[0]
            try check(open, method, path, lacking: "a body")
            return WireRequest(
                method: method, path: path, headers: [("Content-Type", type)], body: Array(bytes[start...]))
        }
        var rest = bytes[start...]
        let line = nextLine(&rest)
        let words = line.split(separator: " ")
        guard words.count >= 2, words[0].allSatisfy({ $0.isUppercase && $0.isASCII }) else {
            if words.count == 1, line.contains("=") || line.hasPrefix("?") || line.hasPrefix("http") {
                let method = mapping.request.methods.contains("GET") ? "GET" : mapping.request.methods[0]
                if line.hasPrefix("http") { return request(method: method, target: line) }
                try check(open, method, path, lacking: "a query")
                return request(method: method, target: "\(path)?\(line.drop { $0 == "?" })")
            }
            throw Failure(description: "the first line must be a request line such as 'POST \(path) HTTP/1.1', found \(line.quotedBriefly)")
        }
        var request = request(method: String(words[0]), target: String(words[1]))
        while !rest.isEmpty {
            let header = nextLine(&rest)
            if header.isEmpty { break }
            guard let colon = header.firstIndex(of: ":") else {
                throw Failure(description: "a header needs a colon, found \(header.quotedBriefly); an empty line comes before the body")
            }
            request.headers.append((String(header[..<colon]).trimmed, String(header[header.index(after: colon)...]).trimmed))
        }
        request.body = Array(rest)
        // An editor's newline at the end is not part of a body.
        while let last = request.body.last, last == 0x0A || last == 0x0D { request.body.removeLast() }
        return request
    }

    private static func check(_ open: [String], _ method: String, _ path: String, lacking what: String) throws(Failure) {
        guard !open.isEmpty else { return }
        let names = open.map { "{\($0)}" }.joined(separator: " and ")
        throw Failure(
            description:
                "\(what) alone does not say what \(names) in the path \(path) \(open.count == 1 ? "is" : "are"); begin the file with a request line such as "
                + "'\(method) \(path) HTTP/1.1' with \(open.count == 1 ? "its value" : "their values") in it")
    }

    private static func request(method: String, target: String) -> WireRequest {
        var target = target[...]
        if let scheme = target.firstRange(of: "://") {
            target = target[scheme.upperBound...].drop { $0 != "/" }
        }
        let question = target.firstIndex(of: "?") ?? target.endIndex
        let query = question < target.endIndex ? String(target[target.index(after: question)...]) : ""
        return WireRequest(method: method, path: String(target[..<question]), query: query)
    }

    private static func nextLine(_ rest: inout ArraySlice<UInt8>) -> String {
        let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
        var line = rest[rest.startIndex..<end]
        rest = end < rest.endIndex ? rest[(end + 1)...] : []
        if line.last == 0x0D { line = line.dropLast() }
        return String(decoding: line, as: UTF8.self)
    }
}
