import Mappings

/// A way to make a large request of a small part: what a sender does who wants much work for little.
package enum RequestShape: String, CaseIterable, Sendable {
    case query, form, members, elements, items, headers
    case names, formNames, escapes, cookies, forwardedFor, path, nesting, number, text, multipart, signature, contentType

    /// A mapping's own sample, with the part in it again and again.
    ///
    /// - Parameter size: about as many bytes come of it, whatever the part.
    package func request(of part: [UInt8], size: Int, to mapping: Mapping) -> WireRequest {
        let count = max(1, size / max(1, part.count))
        func repeated(_ separator: String) -> [UInt8] {
            Array(repeatElement(part, count: count).joined(separator: Array(separator.utf8)))
        }
        func numbered(_ separator: String) -> String {
            (0..<max(1, size / (part.count + 5))).map { "\($0)\(part.text)" }.joined(separator: separator)
        }
        var request = mapping.sample?.given ?? WireRequest(method: "POST", path: "/")
        func body(_ type: String, _ bytes: [UInt8]) {
            request.headers.append(("Content-Type", type))
            request.body = bytes
        }
        func json(_ before: String, _ inner: [UInt8], _ after: String) {
            body("application/json", Array(before.utf8) + inner + Array(after.utf8))
        }
        switch self {
        case .query: request.query += "&" + repeated("&").text
        case .form: body("application/x-www-form-urlencoded", repeated("&"))
        case .members:
            // Each has a name of its own, for no key may be there twice.
            json("{", Array((0..<count).map { "\"\($0)\":\(part.text)" }.joined(separator: ",").utf8), "}")
        case .elements: json("{\"metadata\":[", repeated(","), "]}")
        case .items: json("{\"items\":[", repeated(","), "]}")
        case .headers: request.headers += (0..<min(count, 2000)).map { _ in (part.text, part.text) }
        case .names: request.query += "&" + numbered("&")
        case .formNames: body("application/x-www-form-urlencoded", Array(numbered("&").utf8))
        case .escapes: request.query += "&a=" + repeatElement("%\(part.text)", count: count).joined()
        case .cookies: request.headers.append(("Cookie", repeated("; ").text))
        case .forwardedFor: request.headers.append(("X-Forwarded-For", repeated(", ").text))
        case .path: request.path += "/" + repeated("/").text
        case .nesting: json("", repeated(""), "")
        case .number: json("{\"amount\":", repeated(""), "}")
        case .text: json("{\"customer_email\":\"a@", repeated(""), "\"}")
        case .multipart: body("multipart/form-data; boundary=a", repeated("\r\n--a\r\n"))
        case .signature: request.headers.append(("X-RS-Sign", repeated("").text))
        case .contentType: body(repeated(";").text, Array("{}".utf8))
        }
        return request
    }

    /// The bytes that it takes to send it.
    package static func bytes(of request: WireRequest) -> Int {
        request.target.utf8.count + request.body.count + request.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
    }
}
