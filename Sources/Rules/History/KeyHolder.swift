import Mappings

/// A conversion that took a duplicate key.
package struct KeyHolder: Sendable, Equatable {
    package var id: ConversionID
    /// Whether it is of a source that shares no orders with the newcomer's.
    package var isOthers: Bool
    /// Whether it is of another source that shares orders with the newcomer's.
    package var isShared = false
    /// Whether it holds the newcomer's `requestID`: both are the same request.
    package var isSameRequest = false
    /// When the key is free again; nil: never.
    package var expiresAt: Timestamp?
    /// Of its first message.
    package var content: KeptDigest

    package init(id: ConversionID, isOthers: Bool, expiresAt: Timestamp? = nil, content: KeptDigest) {
        self.id = id
        self.isOthers = isOthers
        self.expiresAt = expiresAt
        self.content = content
    }

    /// - Parameters:
    ///   - source: the holder's.
    ///   - own: the sources whose conversions the newcomer may be about, its own first.
    package init<Source: Equatable>(id: ConversionID, of source: Source, own: [Source], expiresAt: Timestamp?, content: KeptDigest) {
        let place = own.firstIndex(of: source)
        self.init(id: id, isOthers: place == nil, expiresAt: expiresAt, content: content)
        isShared = place.map { $0 > 0 } ?? false
    }

    private var distance: Int { isOthers ? 2 : isShared ? 1 : 0 }

    /// The one that counts among the holders of a newcomer's keys: the oldest; the source's own go before those of sources that share
    /// orders with it, and these before another's.
    ///
    /// - Parameters:
    ///   - time: when the newcomer came. A key that has expired by then holds nothing.
    ///   - everHeld: an expired key counts too.
    package static func first(among holders: some Sequence<KeyHolder>, at time: Timestamp, everHeld: Bool = false) -> KeyHolder? {
        let holders = holders.filter { everHeld || $0.expiresAt.map { $0 > time } ?? true }
        var first = holders.min { ($0.distance, $0.id) < ($1.distance, $1.id) }
        if let id = first?.id, holders.contains(where: { $0.id == id && $0.isSameRequest }) { first?.isSameRequest = true }
        return first
    }
}
