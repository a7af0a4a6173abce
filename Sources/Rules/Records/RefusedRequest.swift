import Mappings

/// A request that the gateway refused.
package struct RefusedRequest: Sendable {
    package var receivedAt: Timestamp
    /// Known once a credential was proven; nil is a stranger, kept on a smaller budget of its own.
    package var source: String?
    package var tracker: String?
    package var status: Int
    /// The failure's code, `missing_field` for one.
    package var code: String
    package var reason: String
    package var request: StoredRequest
    /// Only the beginning of its body is kept, so it cannot be run again.
    package var isCut = false

    package init(
        receivedAt: Timestamp, source: String? = nil, tracker: String? = nil, status: Int, code: String, reason: String,
        request: StoredRequest, isCut: Bool = false
    ) {
        self.receivedAt = receivedAt
        self.source = source
        self.tracker = tracker
        self.status = status
        self.code = code
        self.reason = reason
        self.request = request
        self.isCut = isCut
    }
}

extension RefusedRequest {
    /// Whose refused requests share a budget.
    package enum Class: Sendable, Hashable, CaseIterable {
        /// A source's, whose credential was proven.
        case sender
        /// A tracker's path, and no proof.
        case stranger
        /// No tracker's path, or not HTTP.
        case unrouted
    }

    package var kind: Class { source != nil ? .sender : tracker != nil ? .stranger : .unrouted }
}

/// Bounds of the refused keep, for each class; `RefusedShares` says who makes room.
package struct RefusedLimits: Sendable, Equatable {
    package var count = 10_000
    package var bytes = 64 * 1024 * 1024
    package var strangerCount = 1000
    package var strangerBytes = 8 * 1024 * 1024

    package init(count: Int = 10_000, bytes: Int = 64 * 1024 * 1024, strangerCount: Int = 1000, strangerBytes: Int = 8 * 1024 * 1024) {
        self.count = count
        self.bytes = bytes
        self.strangerCount = strangerCount
        self.strangerBytes = strangerBytes
    }
}

extension RefusedLimits {
    /// What one class may hold.
    package struct Bounds: Sendable, Equatable {
        package var count: Int
        package var bytes: Int

        /// Nothing of the class is kept.
        package var isNothing: Bool { count <= 0 || bytes <= 0 }
        package func areExceeded(count: Int, bytes: Int) -> Bool { count > self.count || bytes > self.bytes }
    }

    package func bounds(of kind: RefusedRequest.Class) -> Bounds {
        switch kind {
        case .sender: Bounds(count: count, bytes: bytes)
        case .stranger: Bounds(count: strangerCount, bytes: strangerBytes)
        // An operator who keeps nothing of strangers wants nothing of these.
        case .unrouted: Bounds(count: min(strangerCount, Self.unroutedCount), bytes: min(strangerBytes, Self.unroutedBytes))
        }
    }

    package static let unroutedCount = 500
    package static let unroutedBytes = 4 * 1024 * 1024
}

extension RefusedRequest {
    /// What it counts for in the keep. `encoded` is its request's `encoded`.
    package func size(_ encoded: [UInt8]) -> Int { encoded.count + reason.utf8.count + code.utf8.count }

    /// Of a body that is not JSON. Nobody will run it again as it is, so its beginning is enough to see what it was.
    package static let longestOther = 64 * 1024

    /// The same with its body cut if the whole is larger than the budget, or if it is large and neither JSON nor XML; the reason has a note about it.
    package func fitting(_ budget: Int) -> Self {
        let overhead = size(request.encoded) - request.body.count + 64
        var room = max(0, budget - overhead)
        if request.body.count > Self.longestOther, room > Self.longestOther, !request.hasDocument { room = Self.longestOther }
        guard request.body.count > room else { return self }
        var cut = self
        cut.request.body = Array(request.body.prefix(room))
        cut.isCut = true
        cut.reason += " (body kept up to \(room) of \(request.body.count) bytes)"
        return cut
    }
}

extension StoredRequest {
    /// Whether the whole body is one JSON text or XML document.
    fileprivate var hasDocument: Bool {
        BodyFormats.isDocument(body)
            || BodyFormats.looksLikeJSON(body)
                && (try? JSONDocument(placesOf: body, maximumDepth: 512, rejectingDuplicateKeys: false)) != nil
    }
}
