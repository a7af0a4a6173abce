import Mappings

/// Turns a request into what may be kept of it: everything but credentials.
///
/// Headers that carry one are left out, parameters and members that carry one become `***` whatever their value, and a configured secret is
/// blotted out wherever else it stands. A signature stays: it tells nobody the key.
package struct RequestMask: Sendable {
    private static let never: Set<String> = ["authorization", "proxy-authorization", "cookie", "x-api-key"]

    /// In lower case.
    private let headers: [String]
    private let parameters: Set<String>
    private let members: [String]
    private let secrets: SecretFinder

    /// - Parameter mappings: all that the configuration knows, this one among them or not.
    package init(_ mapping: Mapping, among mappings: [Mapping], secrets: SecretFinder) {
        var headers = Self.never
        var parameters: Set<String> = []
        var members: [String] = []
        // A sender with the wrong address shows this tracker the secret of another.
        for case .header(let name) in mappings.flatMap(\.credentials).flatMap(\.places) {
            headers.insert(name.lowercased())
        }
        for place in mapping.credentials.flatMap(\.places) {
            switch place {
            case .header(let name): headers.insert(name.lowercased())
            case .bearer: break
            case .query(let name): parameters.insert(name)
            case .body(let name): members.append(name)
            }
        }
        self.headers = Array(headers)
        self.parameters = parameters
        self.members = members
        self.secrets = secrets
    }

    package func stored(_ request: WireRequest, peer: String) -> StoredRequest {
        var query = request.query
        if !parameters.isEmpty, !query.isEmpty { query = String(decoding: Self.mask(Array(query.utf8), parameters), as: UTF8.self) }
        let target = query.isEmpty ? request.path : "\(request.path)?\(query)"
        return StoredRequest(
            method: request.method, target: secrets.masked(target),
            headers: request.headers.compactMap { name, value in
                headers.contains(where: { $0.isEqualIgnoringCase(name) }) ? nil : (name, secrets.masked(value))
            },
            body: secrets.masked(maskedBody(request.body)), peer: peer)
    }

    /// A reason quotes what was sent.
    package func stored(reason: String) -> String { secrets.masked(reason) }

    private func maskedBody(_ body: [UInt8]) -> [UInt8] {
        guard !members.isEmpty, !body.isEmpty else { return body }
        let first = body.first { $0 > 0x20 }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return Self.mask(body, Set(members)) }
        guard let document = try? JSONDocument(parsing: body) else { return members.reduce(body, Self.maskBroken) }
        // Backwards, so that the places in front stay what they are.
        let places = document.members(document.root)
            .filter { key, _ in members.contains { document.key(key, equals: Array($0.utf8)) } }
            .map { _, value in (document.range(of: value), document.kind(value) == .string) }
        var masked = body
        for (range, isQuoted) in places.reversed() {
            masked.replaceSubrange(range, with: isQuoted ? SecretFinder.mask : Array("\"***\"".utf8))
        }
        return masked
    }

    /// `a=1&secret=x` as `a=1&secret=***`.
    private static func mask(_ bytes: [UInt8], _ names: Set<String>) -> [UInt8] {
        var masked: [UInt8] = []
        masked.reserveCapacity(bytes.count)
        for part in bytes.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
            if part.startIndex > 0 { masked.append(UInt8(ascii: "&")) }
            let name = part.prefix { $0 != UInt8(ascii: "=") }
            if name.count < part.count, names.contains(Parameters(decoding: Array(name)).pairs.first?.name ?? "") {
                masked += name + [UInt8(ascii: "=")] + SecretFinder.mask
            } else {
                masked += part
            }
        }
        return masked
    }

    /// Whatever follows `"name":` in a text that is not quite JSON, up to the string's end or the next separator.
    private static func maskBroken(_ body: [UInt8], _ name: String) -> [UInt8] {
        let key = Array("\"\(name)\"".utf8)
        var masked: [UInt8] = []
        var index = 0
        while index < body.count {
            guard body[index] == UInt8(ascii: "\""), body[index...].starts(with: key) else {
                masked.append(body[index])
                index += 1
                continue
            }
            var next = index + key.count
            while next < body.count, body[next] <= 0x20 || body[next] == UInt8(ascii: ":") { next += 1 }
            masked += body[index..<next]
            index = end(ofValueAt: next, in: body)
            if index > next { masked += Array("\"***\"".utf8) }
        }
        return masked
    }

    private static func end(ofValueAt start: Int, in body: [UInt8]) -> Int {
        var index = start
        guard index < body.count, body[index] == UInt8(ascii: "\"") else {
            while index < body.count, ![UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "\n")].contains(body[index]) { index += 1 }
            return index
        }
        index += 1
        while index < body.count, body[index] != UInt8(ascii: "\"") { index += body[index] == UInt8(ascii: "\\") ? 2 : 1 }
        return min(index + 1, body.count)
    }
}
