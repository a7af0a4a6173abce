import Mappings

/// A conversion that took a duplicate key.
package struct KeyHolder: Sendable, Equatable {
    package var id: ConversionID
    /// Whether it is of another source than the newcomer.
    package var isOthers: Bool
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

    /// The one that counts among the holders of a newcomer's keys: the oldest; the source's own go before another's.
    ///
    /// - Parameters:
    ///   - time: when the newcomer came. A key that has expired by then holds nothing.
    ///   - everHeld: an expired key counts too.
    package static func first(among holders: some Sequence<KeyHolder>, at time: Timestamp, everHeld: Bool = false) -> KeyHolder? {
        holders.filter { everHeld || $0.expiresAt.map { $0 > time } ?? true }
            .min { ($0.isOthers ? 1 : 0, $0.id) < ($1.isOthers ? 1 : 0, $1.id) }
    }
}
