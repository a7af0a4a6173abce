import Mappings

extension OutboundRequest {
    /// Bytes of headers and body that an attempt keeps.
    package static let recordedBytes = 16 * 1024

    /// What an attempt keeps behind the request line: headers, an empty line, the body. Credentials are masked before anything is cut.
    ///
    /// - Parameter secrets: Nil if the request can hold none.
    package func recorded(masking secrets: SecretFinder? = nil) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(body.count + headers.count * 64 + 1)
        for (name, value) in headers {
            bytes += name.utf8
            bytes.append(0x3A)
            bytes.append(0x20)
            if !secretHeaders.isEmpty, secretHeaders.contains(name) { bytes += SecretFinder.mask } else { bytes += value.utf8 }
            bytes.append(0x0A)
        }
        bytes.append(0x0A)
        if let secrets, secrets.leavesSome, !secretMembers.isEmpty {
            bytes += "(not kept: it holds a credential of fewer than \(SecretFinder.minimumLength) characters, too short to be found)".utf8
        } else {
            bytes += body
        }
        if let secrets { bytes = secrets.masked(bytes) }
        guard bytes.count > Self.recordedBytes else { return String(decoding: bytes, as: UTF8.self) }
        return String(decoding: bytes.prefix(Self.recordedBytes), as: UTF8.self) + "\n(cut: \(Self.recordedBytes) of \(bytes.count) bytes)"
    }
}
