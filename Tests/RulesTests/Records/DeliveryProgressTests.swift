import Mappings
import Rules
import Testing

struct DeliveryProgressTests {
    private let start = Timestamp(seconds: 1000)
    private let id = DeliveryID(conversion: ConversionID(high: 1, low: 1), destination: "main")

    private func progress(_ state: DeliveryState = .pending, isFollowed: Bool = false) -> DeliveryProgress {
        DeliveryProgress(
            state: state, attempts: 2, logged: 7, changedAt: start, nextAttempt: state == .pending ? start : nil, reason: "before",
            remoteID: "r-1", round: 1, isFollowed: isFollowed)
    }

    private var attempt: AttemptRow {
        AttemptRow(
            number: 0, startedAt: start.advanced(by: .seconds(5)), latency: 2_000_000, requestLine: "GET https://t.example/",
            outcome: .retry, reply: "")
    }

    private func result(
        _ state: DeliveryState, next: Duration? = nil, remoteID: String? = nil, attempt: AttemptRow? = nil, at: Timestamp? = nil,
        round: Int = 1
    ) -> AttemptResult {
        AttemptResult(
            delivery: id, state: state, nextAttempt: next.map { start.advanced(by: $0) }, reason: "after", remoteID: remoteID,
            attempt: attempt, at: at, round: round)
    }

    @Test func `a try changes the delivery at its end`() {
        var delivery = progress()
        #expect(delivery.take(result(.pending, next: .seconds(60), attempt: attempt)) == .changed(releases: false))
        #expect(
            delivery
                == DeliveryProgress(
                    state: .pending, attempts: 3, logged: 8, changedAt: start.advanced(by: .seconds(7)),
                    nextAttempt: start.advanced(by: .seconds(60)), reason: "after", remoteID: "r-1", round: 1))
    }

    @Test func `the end of a first try is known without a look, unless it takes one`() throws {
        for state in DeliveryState.allCases where state != .pending {
            let ended = result(state, remoteID: "r-2", attempt: attempt, round: 0)
            var untried = DeliveryProgress(state: .pending, attempts: 0, logged: 0, changedAt: start, nextAttempt: start)
            #expect(untried.isUntried)
            #expect(untried.take(ended) == .changed(releases: false))
            #expect(DeliveryProgress.afterFirstTry(ended) == untried)
        }
        #expect(DeliveryProgress.afterFirstTry(result(.pending, next: .seconds(1), attempt: attempt, round: 0)) == nil)
        #expect(DeliveryProgress.afterFirstTry(result(.delivered, round: 0)) == nil)
        #expect(DeliveryProgress.afterFirstTry(result(.delivered, attempt: attempt, round: 1)) == nil)
        var odd = result(.delivered, attempt: attempt, round: 0)
        odd.isCounted = false
        #expect(DeliveryProgress.afterFirstTry(odd) == nil)
        odd.isCounted = nil
        odd.lines = DeliveryLines(count: 2)
        #expect(DeliveryProgress.afterFirstTry(odd) == nil)
    }

    @Test func `nothing but its own storing has happened to an untried delivery`() {
        let untried = DeliveryProgress(state: .pending, attempts: 0, logged: 0, changedAt: start, nextAttempt: start)
        let changes: [(inout DeliveryProgress) -> Void] = [
            { $0.state = .delivered }, { $0.logged = 1 }, { $0.round = 1 }, { $0.nextAttempt = nil }, { $0.isFollowed = true },
            { $0.remoteID = "r" }, { $0.hadArrived = true },
        ]
        for change in changes {
            var other = untried
            change(&other)
            #expect(!other.isUntried)
        }
    }

    @Test func `a skip counts no attempt and has its own time`() {
        var delivery = progress()
        #expect(delivery.take(result(.skipped, at: start.advanced(by: .seconds(9)))) == .changed(releases: false))
        #expect(delivery.attempts == 2 && delivery.logged == 7 && delivery.state == .skipped && delivery.nextAttempt == nil)
        #expect(delivery.changedAt == start.advanced(by: .seconds(9)))
    }

    @Test func `a late result of an ended delivery is logged only`() {
        for state in [DeliveryState.delivered, .duplicate, .skipped, .rejected, .dead, .unconfirmed] {
            var delivery = progress(state)
            #expect(delivery.take(result(.rejected, attempt: attempt)) == .logged)
            var logged = progress(state)
            logged.logged = 8
            #expect(delivery == logged)
        }
    }

    @Test func `what arrived once is known to have arrived, whatever one more try is told`() {
        for (first, later) in [(DeliveryState.delivered, DeliveryState.rejected), (.duplicate, .skipped)] {
            var delivery = progress(first)
            #expect(delivery.requeue(at: start) == .newRound)
            _ = delivery.take(result(later, attempt: attempt, round: 2))
            #expect(delivery.state == later && delivery.state.known(hadArrived: delivery.hadArrived) == .delivered)
        }
        var failed = progress(.dead)
        #expect(failed.requeue(at: start) == .newRound)
        _ = failed.take(result(.rejected, attempt: attempt, round: 2))
        #expect(failed.state.known(hadArrived: failed.hadArrived) == .rejected)
        // The answer to the try before the replay comes late.
        #expect(failed.take(result(.delivered, attempt: attempt)) == .logged)
        #expect(failed.state.known(hadArrived: failed.hadArrived) == .delivered)
    }

    @Test func `a delivery that turns out to have arrived is changed late`() {
        for state in [DeliveryState.skipped, .rejected, .dead, .unconfirmed] {
            var delivery = progress(state)
            #expect(delivery.take(result(.delivered, remoteID: "r-2", attempt: attempt)) == .changed(releases: false))
            #expect(delivery.state == .delivered && delivery.remoteID == "r-2")
        }
        var arrived = progress(.delivered)
        #expect(arrived.take(result(.duplicate, attempt: attempt)) == .logged)
    }

    @Test func `a result of an earlier round is logged only, and without an attempt nothing is written`() {
        var delivery = progress()
        #expect(delivery.take(result(.delivered, attempt: attempt, round: 0)) == .logged)
        #expect(delivery.state == .pending && delivery.attempts == 2 && delivery.logged == 8)
        #expect(delivery.take(result(.skipped, round: 0)) == .none)
    }

    @Test func `what was decided without a try does not end a delivery that is held since`() {
        var delivery = progress()
        delivery.nextAttempt = nil
        let before = delivery
        #expect(delivery.take(result(.skipped)) == .none)
        #expect(delivery == before)
        #expect(delivery.take(result(.delivered, attempt: attempt)) == .changed(releases: false))
    }

    @Test func `a held delivery stays held while it is pending`() {
        var delivery = progress()
        delivery.nextAttempt = nil
        #expect(delivery.take(result(.pending, next: .seconds(60), attempt: attempt)) == .changed(releases: false))
        #expect(delivery.nextAttempt == nil)
    }

    @Test func `the end of a followed delivery releases the next, a retry does not`() {
        var delivery = progress(isFollowed: true)
        #expect(delivery.take(result(.pending, next: .seconds(60), attempt: attempt)) == .changed(releases: false))
        #expect(delivery.isFollowed)
        #expect(delivery.take(result(.dead, attempt: attempt)) == .changed(releases: true))
        #expect(!delivery.isFollowed)
    }

    @Test func `the last 50 attempts are kept`() {
        var delivery = progress()
        delivery.logged = 50
        #expect(delivery.lastDropped == nil)
        delivery.logged = 51
        #expect(delivery.lastDropped == 1)
    }

    @Test func `a requeue begins a round and keeps what was logged`() {
        var delivery = progress(.dead)
        let now = start.advanced(by: .seconds(100))
        #expect(delivery.requeue(at: now) == .newRound)
        #expect(
            delivery
                == DeliveryProgress(
                    state: .pending, attempts: 0, logged: 7, changedAt: now, nextAttempt: now, remoteID: "r-1", round: 2))
    }

    @Test func `a pending delivery that is made due stays the same delivery`() {
        let now = start.advanced(by: .seconds(100))
        var (delivery, sooner, held) = (progress(), progress(), progress())
        sooner.nextAttempt = now
        #expect(delivery.requeue(at: now) == .sooner)
        #expect(delivery == sooner)
        held.nextAttempt = nil
        delivery = held
        #expect(delivery.requeue(at: now) == .sooner)
        #expect(delivery == held)
    }

    @Test func `a delivery is made due only as it was seen, or while it is pending`() {
        let now = start.advanced(by: .seconds(100))
        for state in DeliveryState.allCases {
            for seen in DeliveryState.allCases {
                var delivery = progress(state)
                let effect = delivery.requeue(seen: Requeue.Seen(state: seen, changedAt: start), at: now)
                #expect(effect == (state == .pending ? .sooner : state == seen ? .newRound : .notAsSeen))
                var earlier = progress(state)
                let seenEarlier = Requeue.Seen(state: state, changedAt: start.advanced(by: .seconds(-1)))
                #expect(earlier.requeue(seen: seenEarlier, at: now) == (state == .pending ? .sooner : .notAsSeen))
            }
        }
    }

    @Test func `counts change if a delivery moves, in one order`() {
        var counts = CountChanges<String>()
        counts.add(2, "b", .pending)
        counts.move("b", from: .pending, to: .delivered)
        counts.move("a", from: .pending, to: .pending)
        counts.move("a", from: .pending, to: .dead)
        counts.add(1, "a", .pending)
        let changes = counts.all.map { "\($0.destination) \($0.state) \($0.change)" }
        #expect(changes == ["a dead 1", "b pending 1", "b delivered 1"])
        counts.removeAll()
        #expect(counts.all.isEmpty)
    }
}
