import Mappings
import Rules
import Synchronization

@testable import Gateway

/// As much of a store as delivery needs, kept in memory.
final class MemoryConversionStore: DeliveryStore, GovernanceStore {
    struct Delivery: Sendable {
        var state = DeliveryState.pending
        var attempts = 0
        var nextAttempt: Timestamp?
        var document: [UInt8]
        var results: [AttemptResult] = []
        var lines: String?
    }
    private struct State {
        var deliveries: [DeliveryID: Delivery] = [:]
        var counts: [String: [DeliveryState: Int]] = [:]
        var failure: (kind: StoreError.Kind, times: Int)?
        var holdsClaims = true
        var claimEpoch = 0
        var paused: [String: DestinationControl] = [:]
        var reports: [DestinationReport] = []
        var reportCalls = 0
        var nextDueCalls = 0
        var dueCalls = 0

        mutating func move(_ id: DeliveryID, to new: DeliveryState) {
            guard let old = deliveries[id]?.state else { return }
            counts[id.destination]?[old, default: 0] -= 1
            counts[id.destination]?[new, default: 0] += 1
            deliveries[id]?.state = new
        }
    }
    private let state = Mutex(State())

    /// As one commit would leave it.
    func add(_ conversions: [Conversion], to destinations: [String], at now: Timestamp) {
        state.withLock { state in
            for conversion in conversions {
                for name in destinations {
                    let id = DeliveryID(conversion: conversion.id, destination: name)
                    state.deliveries[id] = Delivery(nextAttempt: now, document: conversion.document())
                    state.counts[name, default: [:]][.pending, default: 0] += 1
                }
            }
        }
    }

    func fail(_ kind: StoreError.Kind, times: Int) { state.withLock { $0.failure = (kind, times) } }

    subscript(conversion: Conversion, destination: String) -> Delivery? {
        state.withLock { $0.deliveries[DeliveryID(conversion: conversion.id, destination: destination)] }
    }
    func count(_ wanted: DeliveryState, at destination: String) -> Int {
        state.withLock { $0.counts[destination]?[wanted] ?? 0 }
    }
    var nextDueCalls: Int { state.withLock { $0.nextDueCalls } }
    var dueCalls: Int { state.withLock { $0.dueCalls } }

    @discardableResult
    func record(_ result: AttemptResult) async throws(StoreError) -> Bool {
        let failure: StoreError? = state.withLock { state in
            if let failure = state.failure, failure.times > 0 {
                state.failure?.times -= 1
                return StoreError(failure.kind, "database or disk is full")
            }
            state.move(result.delivery, to: result.state)
            state.deliveries[result.delivery]?.nextAttempt = result.nextAttempt
            if result.isCounted ?? (result.attempt != nil) { state.deliveries[result.delivery]?.attempts += 1 }
            if let lines = result.lines { state.deliveries[result.delivery]?.lines = lines.text }
            state.deliveries[result.delivery]?.results.append(result)
            return nil
        }
        if let failure { throw failure }
        return false
    }

    func record(_ results: [AttemptResult]) async throws(StoreError) -> Bool {
        let failure: StoreError? = state.withLock { state in
            guard let failure = state.failure, failure.times > 0 else { return nil }
            state.failure?.times -= 1
            return StoreError(failure.kind, "database or disk is full")
        }
        if let failure { throw failure }
        for result in results { _ = try await record(result) }
        return false
    }

    func setPaused(_ destination: String, reason: String?, at now: Timestamp) async throws(StoreError) {
        state.withLock { state in
            let known = state.paused[destination]
            state.paused[destination] = reason.map {
                DestinationControl(
                    destination: destination, pausedAt: known?.pausedAt ?? now, reason: $0.isEmpty ? known?.reason ?? "" : $0)
            }
        }
    }
    func controls() async throws(StoreError) -> [DestinationControl] { state.withLock { Array($0.paused.values) } }
    func report(_ reports: [DestinationReport]) async throws(StoreError) {
        state.withLock { state in
            state.reports = reports
            state.reportCalls += 1
        }
    }
    func reports() async throws(StoreError) -> [DestinationReport] { state.withLock(\.reports) }
    var reportCalls: Int { state.withLock(\.reportCalls) }

    var holdsClaims: Bool { state.withLock(\.holdsClaims) }
    var claimEpoch: Int { state.withLock(\.claimEpoch) }
    /// The process has slept past its lease, which it has again.
    func loseClaims() { state.withLock { $0.claimEpoch += 1 } }
    func loseClaims(_ isLost: Bool) { state.withLock { $0.holdsClaims = !isLost } }

    func due(_ destination: String, at now: Timestamp, leavingOut: Set<DeliveryID>, limit: Int) async throws(StoreError) -> [DueDelivery] {
        state.withLock { state in
            state.dueCalls += 1
            let due = state.deliveries.filter { id, delivery in
                id.destination == destination && delivery.state == .pending && delivery.nextAttempt.map { $0 <= now } ?? false
                    && !leavingOut.contains(id)
            }
            return due.sorted { ($0.value.nextAttempt ?? now, $0.key.conversion) < ($1.value.nextAttempt ?? now, $1.key.conversion) }
                .prefix(limit).map {
                    var due = DueDelivery(
                        id: $0.key, attempts: $0.value.attempts, document: $0.value.document, claimEpoch: state.claimEpoch)
                    due.lines = $0.value.lines
                    return due
                }
        }
    }

    func isInTurn(_ correction: DeliveryID, after predecessor: DeliveryState?) async throws(StoreError) -> Bool { true }

    func nextDue() async throws(StoreError) -> [String: Timestamp] {
        state.withLock { state in
            state.nextDueCalls += 1
            var next: [String: Timestamp] = [:]
            for (id, delivery) in state.deliveries where delivery.state == .pending {
                guard let time = delivery.nextAttempt else { continue }
                next[id.destination] = min(next[id.destination] ?? time, time)
            }
            return next
        }
    }

    func bringForward(_ destination: String, dueAfter latest: [Timestamp], to now: Timestamp) async throws(StoreError) -> Int {
        state.withLock { state in
            let late = state.deliveries.filter { id, delivery in
                guard id.destination == destination, delivery.state == .pending, let due = delivery.nextAttempt else { return false }
                return due > latest[min(delivery.attempts, latest.count - 1)]
            }
            for id in late.keys { state.deliveries[id]?.nextAttempt = now }
            return late.count
        }
    }

    func requeue(_ deliveries: [DeliveryID], at now: Timestamp) async throws(StoreError) -> Int {
        state.withLock { state in
            for id in deliveries {
                state.move(id, to: .pending)
                state.deliveries[id]?.attempts = 0
                state.deliveries[id]?.nextAttempt = now
            }
            return deliveries.count
        }
    }
}
