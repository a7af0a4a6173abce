import Mappings
import Rules

extension Intake {
    /// The tracker's documented list, of what this source has sent; newest first.
    func list(_ arrival: Arrival, _ admission: Admission, limit: Int, offset: Int) async -> ReceptionReply {
        let mapping = admission.match.tracker.mapping
        let lists = admission.source.flatMap { senders[$0.name]?.lists }
        guard lists?.enter() ?? true else {
            let refusal = Refusal(.rateLimited, "another list of this source is being read; ask for one after the other")
            return turnAway(refusal, arrival, mapping, source: admission.source, retryAfter: 1)
        }
        defer { lists?.leave() }
        var filter = ConversionFilter()
        filter.source = admission.source?.name
        filter.limit = limit
        filter.offset = offset
        do {
            let conversions = try await store.conversions(filter).map { try Conversion(document: $0.document) }
            guard let reply = mapping.listReply(conversions, limit: limit, offset: offset, now: arrival.receivedAt) else {
                return .error(.notFound, "\(mapping.tracker) has no list")
            }
            return ReceptionReply(reply)
        } catch let error as StoreError {
            return storeFailed(error, arrival, admission)
        } catch {
            return storeFailed(StoreError(.corrupt, "a stored conversion cannot be read: \(error)"), arrival, admission)
        }
    }
}
