import Foundation
import Mappings
import Rules

/// What a store would make of a message. It asks the store itself, inside a transaction that is taken back.
enum Foresight {
    /// There is no store yet, so nothing is known.
    case nothingStored
    case store(any ConversionStore)
    case unreadable(StoreError)

    /// Nothing is created if there is no file yet.
    init(_ location: StoreLocation) {
        if case .sqlite(let path) = location, !FileManager.default.fileExists(atPath: path) {
            self = .nothingStored
            return
        }
        do throws(StoreError) {
            self = .store(try location.open(readOnly: false))
        } catch {
            self = .unreadable(error)
        }
    }

    func acceptance(of submission: Submission) async -> Result<Acceptance, StoreError> {
        switch self {
        case .nothingStored: return .success(.stored)
        case .unreadable(let error): return .failure(error)
        case .store(let store):
            do throws(StoreError) { return .success(try await store.foresee(acceptanceOf: submission)) } catch { return .failure(error) }
        }
    }

    func correction(by submission: Submission) async -> Result<CorrectionResult, StoreError> {
        switch self {
        case .nothingStored: return .success(submission.keys.isEmpty ? .notFound : .waiting)
        case .unreadable(let error): return .failure(error)
        case .store(let store):
            do throws(StoreError) { return .success(try await store.foresee(correctionBy: submission)) } catch { return .failure(error) }
        }
    }

    /// The other sources that have the order of a correction that would wait.
    func elsewhere(_ submission: Submission) async -> OrderElsewhere? {
        guard case .store(let store) = self else { return nil }
        return try? await store.elsewhere(orderID: submission.conversion.orderID, of: submission.conversion.source)
    }

    /// The document of a stored conversion as it is now, and what became of it at each destination, with that one's own id of it.
    func present(of root: ConversionID) async -> (document: [UInt8], states: [String: DeliveryState], there: [String: String])? {
        guard case .store(let store) = self,
            let latest = try? await store.history(of: root).last,
            let deliveries = try? await store.deliveries(DeliveryFilter(history: root, limit: 10_000))
        else { return nil }
        let byDestination = Dictionary(grouping: deliveries, by: \.id.destination)
        let states = byDestination.compactMapValues { DeliveryState.predecessor($0.map(\.known)) }
        let there = byDestination.compactMapValues { rows in
            rows.filter { $0.remoteID != nil }.min { $0.id.conversion < $1.id.conversion }?.remoteID
        }
        return (latest.document, states, there)
    }

    func close() async {
        if case .store(let store) = self { await store.close() }
    }
}
