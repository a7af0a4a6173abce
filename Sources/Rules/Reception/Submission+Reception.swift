import Mappings

extension RepeatPolicy {
    /// Whether a repeat may change the first message's conversion.
    package var corrects: Bool { self == .update || self == .add }
}

extension Submission {
    /// A request's conversion as its source wants it kept.
    package init(
        conversion: ConversionRow, request: StoredRequest, keys: RequestKeys, content: Digest32, way: Way,
        from source: ReceivingSource
    ) {
        self.init(
            conversion: conversion, request: request, keys: keys.keys, content: content, destinations: way.destinations,
            repeats: source.repeats,
            rule: source.rule, awaitedKeys: keys.awaited)
        missed = way.missed
        sharedWith = source.sharedOrders.map(\.source)
        signature = keys.signature
        // A signature holds whatever the content is: not all that a request says is signed.
        if source.repeats == .new { self.keys = keys.keys.map { $0 == keys.signature ? $0 : $0.holding(content) } }
        if source.repeats.corrects, let message = keys.message { self.content = content.with(message) }
        if let name = keys.requestID {
            let key = DuplicateKey.request(named: name, self.content, from: source)
            requestID = key
            self.keys.append(key)
        }
    }

    /// A correction on its way to its conversion. The rule's key says which one; an `Idempotency-Key` only distinguishes messages, and not even
    /// those of a source that signs.
    package init(correction read: CorrectionMessage, request: StoredRequest, from source: ReceivingSource, _ parsed: ParsedRequest) {
        let document = read.correction.document()
        var row = ConversionRow(read.message)
        row.document = document
        var content = Digest32(bytes: read.message.contentDigest()).with(String(decoding: document, as: UTF8.self))
        if !source.isSigned, let key = parsed.request.header("Idempotency-Key"), !key.isEmpty { content = content.with(key) }
        let keys = source.keys(correction: read.message)
        self.init(
            conversion: row, request: request, keys: keys, content: content, destinations: [], repeats: source.repeats,
            rule: source.rule)
        waiting = source.waiting
        sharedWith = source.sharedOrders.map(\.source)
        signature = DuplicateKey.signature(of: parsed, from: source, beside: keys.first)
    }
}

extension ReceivingSource {
    /// The keys that say which conversion a correction is about, the source's own first. If there is none, the newest with the order id is meant.
    fileprivate func keys(correction message: Conversion) -> [DuplicateKey] {
        ([orders] + sharedOrders).compactMap { $0.order(of: message)?.key }.reduce(into: []) { keys, key in
            if !keys.contains(where: { $0.isSame(as: key) }) { keys.append(key) }
        }
    }

    /// `order_id 'o-1'`, or empty.
    func described(correction message: Conversion) -> String {
        if let known = ([orders] + sharedOrders).lazy.compactMap({ $0.order(of: message) }).first {
            return known.alternative.described(message)
        }
        return message.text(.orderID).map { "order_id \($0.quotedBriefly), the newest" } ?? ""
    }
}
