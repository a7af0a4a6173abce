import Mappings
import Rules

extension Intake {
    /// The tracker's documented list, of what this source has sent; newest first.
    func list(_ call: InboundCall, _ tracker: InboundTracker, _ source: InboundSource) async -> IntakeReply {
        guard let plan = tracker.mapping.list else { return .error(.notFound, "\(tracker.mapping.tracker) has no list") }
        let query = Parameters(decoding: call.request.query)
        var filter = ConversionFilter()
        filter.source = source.name
        do throws(Failure) {
            filter.limit = min(try number("limit", in: query, from: 1) ?? plan.initialLimit, plan.maximumLimit)
            filter.offset = try number("offset", in: query, from: 0) ?? 0
        } catch {
            return await refuse(
                call, InboundRoutes.Match(tracker: tracker, endpoint: .list, sources: [], pathValues: [:]), Refusal([error]), from: source)
        }
        do {
            let conversions = try await store.conversions(filter).map { try Conversion(document: $0.document) }
            guard
                let reply = tracker.mapping.listReply(conversions, limit: filter.limit, offset: filter.offset, now: call.receivedAt)
            else { return .error(.notFound, "\(tracker.mapping.tracker) has no list") }
            return IntakeReply(reply)
        } catch let error as StoreError {
            return storeFailed(call, tracker, error)
        } catch {
            return storeFailed(call, tracker, StoreError(.corrupt, "a stored conversion cannot be read: \(error)"))
        }
    }

    private func number(_ name: String, in query: Parameters, from minimum: Int) throws(Failure) -> Int? {
        guard let text = query[name], !text.isBlank else { return nil }
        guard text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), number >= minimum else {
            throw Failure(.invalid, field: name, "\(name) must be a whole number from \(minimum), found \(text.quotedBriefly)")
        }
        return number
    }
}
