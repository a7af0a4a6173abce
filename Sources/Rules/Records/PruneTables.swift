import Mappings

/// What pruning reads and changes. Walks return rows in the order of their keys, those of conversions before `before` only; each change
/// returns how many rows it changed.
package protocol PruneTables {
    associatedtype Failure: Error

    func removeRefused(before time: Timestamp, limit: Int) throws(Failure) -> Int
    func attempts(after place: AttemptKey, before: ConversionID, limit: Int) throws(Failure) -> [AgedAttempt]
    func remove(_ attempts: [AttemptKey]) throws(Failure) -> Int

    /// Conversions behind `place` and behind what `remember` was given.
    func requests(after place: ConversionID, before: ConversionID, limit: Int) throws(Failure) -> [AgedRequest]
    func sparedRequests(after place: ConversionID, limit: Int) throws(Failure) -> [AgedRequest]
    func dropRequests(_ conversions: [ConversionID]) throws(Failure) -> Int
    func spare(_ conversions: [ConversionID]) throws(Failure)
    func unspare(_ conversions: [ConversionID]) throws(Failure)
    func remember(_ last: ConversionID) throws(Failure)
    /// A conversion that is younger may still be followed by one with a smaller id, from a node whose clock is behind: it is not remembered.
    var settledAfter: Duration { get }

    func repeats(after place: RepeatKey, before: ConversionID, limit: Int) throws(Failure) -> [AgedRepeat]
    /// Removes document and raw request; that the repeats came stays counted.
    func empty(_ repeats: [RepeatKey]) throws(Failure) -> Int

    func usedBytes() throws(Failure) -> Int
}

package struct AttemptKey: Sendable, Hashable {
    package var delivery: DeliveryID
    package var number: Int64

    /// The default is before every attempt.
    package init(delivery: DeliveryID = DeliveryID(conversion: .zero, destination: ""), number: Int64 = 0) {
        self.delivery = delivery
        self.number = number
    }
}

package struct RepeatKey: Sendable, Hashable {
    package var conversion: ConversionID
    package var number: Int64

    /// The default is before every repeat.
    package init(conversion: ConversionID = .zero, number: Int64 = 0) {
        self.conversion = conversion
        self.number = number
    }
}

package struct AgedAttempt: Sendable {
    package var key: AttemptKey
    package var startedAt: Timestamp
    /// Its delivery is owed to the destination.
    package var isPending: Bool

    package init(key: AttemptKey, startedAt: Timestamp, isPending: Bool) {
        self.key = key
        self.startedAt = startedAt
        self.isPending = isPending
    }
}

package struct AgedRequest: Sendable {
    package var id: ConversionID
    package var hasRequest: Bool
    /// The conversion is owed to a destination.
    package var isPending: Bool

    package init(id: ConversionID, hasRequest: Bool, isPending: Bool) {
        self.id = id
        self.hasRequest = hasRequest
        self.isPending = isPending
    }
}

package struct AgedRepeat: Sendable {
    package var key: RepeatKey
    package var receivedAt: Timestamp
    /// Document or raw request is still there.
    package var isWhole: Bool

    package init(key: RepeatKey, receivedAt: Timestamp, isWhole: Bool) {
        self.key = key
        self.receivedAt = receivedAt
        self.isWhole = isWhole
    }
}

extension ConversionID {
    package static let zero = ConversionID(high: 0, low: 0)

    /// Ids from here on were given at `time` or later.
    package static func first(at time: Timestamp) -> ConversionID {
        ConversionID(at: Timestamp(microseconds: max(0, time.microseconds)), random: (0, 0))
    }
}
