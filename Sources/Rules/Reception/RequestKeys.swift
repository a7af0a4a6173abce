import Mappings

/// Which keys a request has: it counts as sent already if a conversion of its source holds one of them.
package struct RequestKeys: Sendable {
    package private(set) var keys: [DuplicateKey] = []
    /// Keys that the conversion does not take, under which its corrections may wait: the rule's own, if an `Idempotency-Key` is taken instead of it,
    /// and those of sources that share orders.
    package private(set) var awaited: [DuplicateKey] = []
    /// The `Idempotency-Key` that was followed.
    package private(set) var message: String?
    /// The one among them that is the request's signature.
    package private(set) var signature: DuplicateKey?
    /// The name that a trusted proxy gave the request. It is a key together with the content only, which is not known here.
    package private(set) var requestID: String?
    /// The part of the source's rule that gave a key.
    private var rule: DuplicateRule.Alternative?

    /// A header that a signature does not cover may be anybody's.
    static let unsigned = "Idempotency-Key is not signed; it was not followed"

    /// - Parameters:
    ///   - conversion: gets a warning if its `Idempotency-Key` is not followed.
    ///   - length: characters of an `Idempotency-Key`, and of a proxy's name for the request, at most.
    package init(
        of conversion: inout Conversion, from source: ReceivingSource, _ parsed: ParsedRequest, requestID name: String? = nil, length: Int
    ) {
        let ruled = source.orders.key(of: conversion)
        if let key = parsed.request.header("Idempotency-Key"), !key.isEmpty {
            if source.isSigned {
                conversion.warnings.append(Self.unsigned)
            } else if key.unicodeScalars.count <= length {
                take(key, beside: ruled?.key, from: source)
            } else {
                conversion.warnings.append("Idempotency-Key has more than \(length) characters; it was not followed")
            }
        }
        if let ruled, message == nil { keys = [ruled.key] }
        if let ruled, keys.contains(ruled.key) { rule = ruled.alternative }
        if !source.sharedOrders.isEmpty { addShared(conversion, source) }
        signature = DuplicateKey.signature(of: parsed, from: source, beside: ruled?.key)
        if let signature { keys.append(signature) }
        if let name { take(name: name, isSigned: source.isSigned, length, &conversion) }
    }

    /// What is signed has its signature for a name.
    private mutating func take(name: String, isSigned: Bool, _ length: Int, _ conversion: inout Conversion) {
        if isSigned { return }
        if name.unicodeScalars.count <= length {
            requestID = name
        } else {
            conversion.warnings.append("the proxy's name for this request has more than \(length) characters; it was not followed")
        }
    }

    private mutating func take(_ header: String, beside ruled: DuplicateKey?, from source: ReceivingSource) {
        message = header
        keys = [DuplicateKey(scope: .source(source.name), digest: Digest32(sha256: "idempotency-key|\(header)"), lifetime: nil)]
        guard let ruled else { return }
        // An id that belongs to another of the tracker's sources stays a conflict, whatever key the sender made up. If repeats correct, the
        // header distinguishes messages, and the rule conversions.
        if case .tracker = ruled.scope {
            keys.append(ruled)
        } else if source.repeats.corrects {
            keys.append(ruled)
        } else if source.takesCorrections || !source.sharedOrders.isEmpty {
            awaited.append(ruled)
        }
    }

    /// An order is one, whichever source reports it: the conversion also takes the key that each of the others would give it.
    private mutating func addShared(_ conversion: Conversion, _ source: ReceivingSource) {
        for other in source.sharedOrders {
            guard let key = other.order(of: conversion)?.key, !(keys + awaited).contains(where: { $0.isSame(as: key) }) else { continue }
            if rule != nil, source.repeats != .new { keys.append(key) } else { awaited.append(key) }
        }
    }

    /// `order_id 'o-1'`, `Idempotency-Key 'k-1' or order_id 'o-1'`: what a later request must share to be the same conversion. Empty if nothing will.
    package func described(_ conversion: Conversion, from source: ReceivingSource) -> String {
        var ways: [String] = []
        if let message { ways.append("Idempotency-Key \(message.quotedBriefly)") }
        if let rule { ways.append(rule.described(conversion)) }
        if source.repeats == .new, !ways.isEmpty { ways = ["\(ways.joined(separator: " or ")), with the same content"] }
        if let signature { ways.append("the same signature" + (signature.lifetime.map { " within \($0.text)" } ?? "")) }
        return ways.joined(separator: " or ")
    }
}

extension DuplicateRule.Alternative {
    /// `order_id 'o-1' and type 'sale' within 1d`.
    package func described(_ conversion: Conversion) -> String {
        let parts = parts.filter { !conversion[$0.path].isAbsent }.map { "\($0.path) \(conversion[$0.path].description.quotedBriefly)" }
        return parts.joined(separator: " and ") + (within.map { " within \($0.text)" } ?? "")
    }
}

extension DuplicateKey {
    /// The signature as a key of its own: a request that was recorded and sent again is a repeat, whatever else was changed about it.
    ///
    /// It counts once among all sources of the tracker: two that have the same secret take the same signature, and what says which of them is
    /// meant is not signed.
    ///
    /// - Parameter ruled: what the source's rule makes of the request. The signature is never forgotten before it.
    static func signature(of parsed: ParsedRequest, from source: ReceivingSource, beside ruled: DuplicateKey?) -> DuplicateKey? {
        guard let text = source.signatureText(of: parsed) else { return nil }
        var lifetime = source.freshness?.replayWindow
        if let window = lifetime, let ruled { lifetime = ruled.lifetime.map { max($0, window) } }
        let scope = Scope.tracker(source.reader.mapping.name)
        return DuplicateKey(scope: scope, digest: Digest32(sha256: "signature|\(text)"), lifetime: lifetime)
    }

    /// How long a proxy may take for its tries. After that the same name is another request.
    static let tries = Duration.seconds(3600)

    /// A request as a trusted proxy names it. Other content under the same name is another request.
    static func request(named name: String, _ content: Digest32, from source: ReceivingSource) -> DuplicateKey {
        DuplicateKey(scope: .source(source.name), digest: Digest32(sha256: "request-id|\(name)"), lifetime: tries).holding(content)
    }

    /// Held by equal content only.
    func holding(_ content: Digest32) -> DuplicateKey {
        var key = self
        key.digest = Digest32(sha256: "content|\(digest.words)|\(content.words)")
        return key
    }
}

extension Digest32 {
    /// Equal for the same content under the same `Idempotency-Key` only.
    func with(_ message: String) -> Digest32 { Digest32(sha256: "message|\(words)|\(message)") }
}
