import Foundation
import Mappings
import Testing

@testable import Gateway

/// A browser as far as the console needs one: it keeps a cookie, follows a redirect, and sends what a page's form holds.
final class Browser {
    struct Page {
        var status: Int
        var text: String
        var headers: [String: String]

        /// The hidden field of the page's forms.
        func field(_ name: String) -> String? {
            guard let range = text.range(of: #"name="\#(name)" value=""#) else { return nil }
            return String(text[range.upperBound...].prefix { $0 != "\"" })
        }

        /// What a person reads, without tags.
        var words: String {
            let parts = text.replacing(/<[^>]*>/, with: " ").split(whereSeparator: \.isWhitespace)
            return parts.joined(separator: " ").replacing("&#39;", with: "'").replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
        }
    }

    let port: Int
    var cookie: String?
    private var token = ""

    init(_ port: Int) { self.port = port }

    @discardableResult
    func get(_ target: String, headers: [String: String] = [:]) async throws -> Page { try await ask("GET", target, headers, nil) }

    /// With the token of the last page.
    @discardableResult
    func post(_ target: String, _ fields: KeyValuePairs<String, String> = [:], token: String? = nil, headers: [String: String] = [:])
        async throws -> Page
    {
        let all = fields.map { ($0.key, $0.value) } + [("token", token ?? self.token)]
        let body = all.map { "\($0.percentEncoded)=\($1.percentEncoded)" }.joined(separator: "&")
        return try await ask("POST", target, headers, body)
    }

    func ask(_ method: String, _ target: String, _ headers: [String: String], _ body: String?) async throws -> Page {
        var lines = ["\(method) \(target) HTTP/1.1", "Connection: close"]
        if headers["Host"] == nil { lines.append("Host: 127.0.0.1:\(port)") }
        lines += headers.map { "\($0.key): \($0.value)" }
        if let cookie { lines.append("Cookie: gateway_session=\(cookie)") }
        if let body { lines += ["Content-Type: application/x-www-form-urlencoded", "Content-Length: \(body.utf8.count)"] }
        let answer = await RawConnection.exchange(port, lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
        let page = Page(status: answer.first.status, text: answer.first.body, headers: answer.first.headers)
        if let found = page.field("token") { token = found }
        if let set = page.headers.first(where: { $0.key.lowercased() == "set-cookie" })?.value {
            cookie = String(set.drop { $0 != "=" }.dropFirst().prefix { $0 != ";" })
        }
        guard page.status == 303, let to = page.headers.first(where: { $0.key.lowercased() == "location" })?.value else { return page }
        return try await get(to)
    }
}

extension GatewayProcess {
    /// The port of the line `console on http://HOST:PORT/`.
    func consolePort() async throws -> Int {
        let port = try await eventually { () -> Int? in
            let line = lines.first { $0.hasPrefix("console on ") }
            return line.flatMap { $0.dropLast().split(separator: ":").last }.flatMap { Int($0) }
        }
        return try #require(port)
    }
}

extension Workbench {
    /// A destination's state in one word.
    func state(of destination: String) async throws -> String? {
        guard case .array(let rows) = try JSONValue(parsing: try await run("destinations", "--json").output) else { return nil }
        return rows.first { $0.text("destination") == destination }?.text("state")
    }

    /// A gateway with a console, and a browser that looks at it.
    static func browse(
        _ configuration: ConfigurationText, users: String? = nil,
        tracker script: @escaping ScriptedTracker.Script = ScriptedTracker.always(.reply(200)),
        _ body: (Workbench, Browser, _ port: Int, ScriptedTracker) async throws -> Void
    ) async throws {
        var configuration = configuration
        configuration["console"] = "{ listen: 127.0.0.1:0\(users.map { ", users: \($0)" } ?? "") }"
        try await serve(configuration, tracker: script) { bench, gateway, port, tracker in
            try await body(bench, Browser(gateway.consolePort()), port, tracker)
        }
    }
}
