import Mappings
import Rules

/// What people and commands look at.
protocol ReadingStore: ConversionListing {
    func conversion(_ id: ConversionID) async throws(StoreError) -> ConversionRow?
    /// Conversions and corrections with these ids, newest first.
    func messages(_ ids: ClosedRange<ConversionID>, limit: Int) async throws(StoreError) -> [ConversionRow]
    /// The first message and its corrections in their order, from the id of any of them; empty if it is unknown.
    func history(of conversion: ConversionID) async throws(StoreError) -> [ConversionRow]
    /// Corrections whose conversion has not come, oldest first. Source, order id, times and the page of the filter count.
    func waiting(_ filter: ConversionFilter) async throws(StoreError) -> [WaitingRow]
    func deliveries(_ filter: DeliveryFilter) async throws(StoreError) -> [DeliveryRow]
    func attempts(of delivery: DeliveryID) async throws(StoreError) -> [AttemptRow]
    func repeats(of conversion: ConversionID) async throws(StoreError) -> [RepeatRow]
    /// The bytes that the sender sent, credentials removed; nil if they were pruned.
    func request(of conversion: ConversionID) async throws(StoreError) -> StoredRequest?
    /// The routes that did not take a message when it came; nil if an older gateway stored it.
    func missedRoutes(of message: ConversionID) async throws(StoreError) -> MissedRoutes?
    func refused(_ filter: RefusedFilter) async throws(StoreError) -> [RefusedRow]
    /// How many a list without a page would have.
    func count(_ filter: ConversionFilter) async throws(StoreError) -> Int
    func count(_ filter: DeliveryFilter) async throws(StoreError) -> Int
    func count(_ filter: RefusedFilter) async throws(StoreError) -> Int
    /// Gives the sums every conversion that the filter takes, of one moment. Nil if a sum has too many digits.
    func summed(_ filter: ConversionFilter, into sums: Sums) async throws(StoreError) -> Sums?
    /// What waits, what ended since a time, each destination's last answer, and what each source sent since midnight. Reads every delivery.
    func status(endedSince: Timestamp, midnight: Timestamp) async throws(StoreError) -> StoreStatus
    /// Looks for a text in everything. Texts inside documents are read if no id is the text, or if `everywhere`.
    func find(_ sought: SoughtText, everywhere: Bool) async throws(StoreError) -> FindReport
    /// What has the text as an id that an index knows: an order id, a conversion's id or its beginning, a delivery's id, the number of a refused
    /// request. At once, however much is stored.
    func findIndexed(_ sought: SoughtText) async throws(StoreError) -> [Found]
    /// Looks for a text in the newest conversions older than `place`, with their repeats, deliveries and replies.
    func find(_ sought: SoughtText, before place: ConversionID, limit: Int) async throws(StoreError) -> FindPortion
    /// Corrections that wait and hold the text.
    func findWaiting(_ sought: SoughtText) async throws(StoreError) -> [Found]
    /// Refused requests that hold the text, among a page of them, newest first.
    func findRefused(_ sought: SoughtText, offset: Int, limit: Int) async throws(StoreError) -> FindPortion
    /// What came within the span; of the newest `limit` messages.
    func traffic(_ span: RecentTraffic.Span, limit: Int) async throws(StoreError) -> RecentTraffic
    /// Deliveries by destination and state, for `/readyz`, logs and the end of a replay.
    func counts() async throws(StoreError) -> [DeliveryCount]
    /// When the oldest conversion was received that is still owed to each destination. Looks at every pending delivery.
    func oldestPending() async throws(StoreError) -> [String: Timestamp]
}

extension ReadingStore {
    /// What became of a correction's conversion at the destination so far, as `due` says it; nil for a first message.
    func predecessor(of delivery: DeliveryID) async throws(StoreError) -> DeliveryState? {
        var earlier: [DeliveryState] = []
        for message in try await history(of: delivery.conversion) {
            if message.id == delivery.conversion { break }
            earlier += try await deliveries(DeliveryFilter(conversion: message.id, destination: delivery.destination, limit: 1)).map(
                \.known)
        }
        return DeliveryState.predecessor(earlier)
    }
}
