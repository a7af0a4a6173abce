import FuzzProperties
import Mappings
import Rules

/// Nodes with their queues, the store that they share, one tracker and an operator, as values: every step that can lie between two others is
/// a step of its own, so that they come in any order.
///
/// The queues and what is written to a delivery are the real rules; the store and the nodes do only what their sockets and SQL do.
struct DeliveryModel {
    /// Why a sale may be accepted once more.
    enum Excuse: Hashable { case killed, answerLost, leaseLost, endedReplayed }

    struct Row {
        var progress: DeliveryProgress
        /// The node that holds it; 0 is none.
        var node: Int
        /// The sale's own step is 0, its corrections follow.
        var place: HistoryPlace
    }

    struct Node {
        var id: Int
        var queue: QueueState
        var claimEpoch = 0
        /// Its commit has begun, with the claims as they were before.
        var commits: [ReadyDelivery] = []
        /// Committed, and not offered yet.
        var offers: [ReadyDelivery] = []
        var fetch: Fetch?
        var underWay: [Try] = []
        var results: [Try] = []
        var stored: [ConversionID] = []
    }

    struct Fetch {
        var leavingOut: Set<ConversionID>
        var limit: Int
        var found: [ReadyDelivery]?
    }

    struct Try {
        var delivery: ReadyDelivery
        var probe: Int?
        /// The request has arrived and the tracker has taken the sale.
        var isAccepted = false
        var result: AttemptResult?
    }

    static let sending: Sending = {
        var sending = Sending(name: "u") { _, _ throws(Skip) in throw Skip("") }
        sending.concurrency = 3
        sending.breaker = nil
        return sending
    }()

    var dice: ModelDice
    /// Several share the store with leases, as on PostgreSQL; one has it to itself, as on SQLite.
    let nodeCount: Int
    var now = Timestamp(seconds: 1000)
    var uptime = Uptime(nanoseconds: 1_000_000_000)
    var rows: [ConversionID: Row] = [:]
    var isPaused = false
    var nodes: [Node] = []
    var accepted: [ConversionID: Int] = [:]
    var excuses: [ConversionID: Int] = [:]
    /// Corrections that began before what they follow had ended, or without knowing what became of it.
    var early: [ConversionID] = []
    /// What an operator has seen and is about to make due.
    var replays: [[Requeue]] = []
    var lastNode = 0
    var lastSale: UInt64 = 0
    /// The tracker takes everything, and nothing breaks.
    var isCalm = false

    init(seed: UInt64, nodes: Int) {
        dice = ModelDice(seed: seed)
        nodeCount = nodes
        for _ in 0..<nodes { start() }
    }

    mutating func excuse(_ id: ConversionID) { excuses[id, default: 0] += 1 }

    /// Sales that were accepted more often than anything explains.
    var unexplained: [ConversionID] {
        accepted.filter { $1 > 1 + excuses[$0, default: 0] }.map(\.key).sorted()
    }

    // MARK: Nodes

    mutating func start() {
        lastNode += 1
        nodes.append(Node(id: lastNode, queue: QueueState(Self.sending, capacity: 4)))
    }

    mutating func kill(_ index: Int) {
        for lost in nodes[index].underWay + nodes[index].results {
            // What is on its way may arrive after the end of its sender.
            let arrives = lost.result == nil && !lost.isAccepted && dice.isTrue(oneIn: 2)
            if arrives { accepted[lost.delivery.id, default: 0] += 1 }
            if arrives || lost.isAccepted { excuse(lost.delivery.id) }
        }
        nodes.remove(at: index)
        start()
    }

    /// The node slept past its lease. What it held may be taken over, and it knows once it is awake.
    mutating func loseLease(_ index: Int) {
        for id in nodes[index].underWay.map(\.delivery.id) + nodes[index].results.map(\.delivery.id) { excuse(id) }
        for (id, row) in rows where row.node == nodes[index].id { rows[id]?.node = 0 }
        nodes[index].claimEpoch += 1
    }

    // MARK: Intake

    mutating func acceptSale(_ index: Int) {
        lastSale += 1
        let id = ConversionID(high: 0, low: lastSale)
        nodes[index].commits.append(
            ReadyDelivery(id: id, attempts: 0, content: .document([]), claimEpoch: nodes[index].claimEpoch))
        if dice.isTrue(oneIn: 2) { commit(index) }
    }

    private mutating func commit(_ index: Int) {
        for delivery in nodes[index].commits {
            let progress = DeliveryProgress(state: .pending, attempts: 0, logged: 0, changedAt: now, nextAttempt: now)
            rows[delivery.id] = Row(progress: progress, node: nodes[index].id, place: HistoryPlace(root: delivery.id, step: 0))
        }
        nodes[index].offers += nodes[index].commits
        nodes[index].commits = []
    }

    /// It is not offered, but read from the store.
    mutating func acceptCorrection(_ index: Int) {
        let sales = rows.filter { $1.place.step == 0 }.keys.sorted()
        guard let sale = dice.index(of: sales) else { return }
        let root = sales[sale]
        let last = rows.values.filter { $0.place.root == root }.map(\.place.step).max() ?? 0
        lastSale += 1
        let id = ConversionID(high: 0, low: lastSale)
        let progress = DeliveryProgress(state: .pending, attempts: 0, logged: 0, changedAt: now, nextAttempt: now)
        rows[id] = Row(progress: progress, node: nodes[index].id, place: HistoryPlace(root: root, step: last + 1))
        keepOrder(id)
    }

    // MARK: Order

    /// As the stores do it by `HistoryOrder`, for a delivery that has just become pending.
    private mutating func keepOrder(_ id: ConversionID) {
        guard let place = rows[id]?.place else { return }
        let pending = steps(of: place.root) { $0.state == .pending }
        let (before, after) = HistoryOrder.neighbours(of: place.step, pending: pending.keys)
        if let before = before.flatMap({ pending[$0] }) { hold(id, behind: before) }
        if let after = after.flatMap({ pending[$0] }) { hold(after, behind: id) }
    }

    private mutating func hold(_ later: ConversionID, behind earlier: ConversionID) {
        rows[earlier]?.progress.isFollowed = true
        rows[later]?.progress.nextAttempt = nil
    }

    private mutating func release(after id: ConversionID) {
        guard let row = rows[id] else { return }
        let pending = steps(of: row.place.root) { $0.state == .pending }
        let held = pending.filter { $0.key > row.place.step && rows[$0.value]?.progress.nextAttempt == nil }
        guard let next = HistoryOrder.released(held: held.keys, pending: pending.keys).flatMap({ held[$0] }) else { return }
        rows[next]?.progress.nextAttempt = row.progress.changedAt
    }

    private func steps(of root: ConversionID, where isMeant: (DeliveryProgress) -> Bool) -> [Int: ConversionID] {
        let found = rows.filter { $1.place.root == root && isMeant($1.progress) }.map { ($1.place.step, $0) }
        return Dictionary(found) { first, _ in first }
    }

    private func predecessor(of row: Row) -> DeliveryState? {
        DeliveryState.predecessor(
            rows.values.filter { $0.place.root == row.place.root && $0.place.step < row.place.step }
                .map { $0.progress.state.known(hadArrived: $0.progress.hadArrived) })
    }

    private func isInTurn(_ correction: ReadyDelivery) -> Bool {
        guard let row = rows[correction.id], row.progress.state == .pending, row.progress.nextAttempt != nil else { return false }
        return predecessor(of: row) == correction.predecessor
    }

    mutating func offer(_ index: Int) {
        guard let place = dice.index(of: nodes[index].offers) else { return }
        nodes[index].queue.offer(nodes[index].offers.remove(at: place))
    }

    // MARK: Fetching

    mutating func fetch(_ index: Int) {
        guard var fetch = nodes[index].fetch else {
            nodes[index].fetch = nodes[index].queue.beginFetch().map { Fetch(leavingOut: $0.leavingOut, limit: $0.limit) }
            return
        }
        guard let found = fetch.found else {
            fetch.found = due(index, fetch)
            nodes[index].fetch = fetch
            return
        }
        nodes[index].queue.endFetch(dice.isTrue(oneIn: 20) && !isCalm ? nil : found, limit: fetch.limit)
        nodes[index].fetch = nil
    }

    /// As `due` of the stores: with several nodes it is the claim too.
    private mutating func due(_ index: Int, _ fetch: Fetch) -> [ReadyDelivery] {
        let (node, epoch) = (nodes[index].id, nodes[index].claimEpoch)
        let living = Set(nodes.map(\.id))
        let found = rows.filter { id, row in
            let isFree = nodeCount == 1 || row.node == 0 || row.node == node || !living.contains(row.node)
            return isFree && row.progress.nextAttempt.map { $0 <= now } ?? false && !fetch.leavingOut.contains(id)
        }.sorted { $0.key < $1.key }.prefix(fetch.limit)
        for (id, _) in found { rows[id]?.node = node }
        return found.map { id, row in
            var delivery = ReadyDelivery(
                id: id, attempts: row.progress.attempts, content: .document([]), round: row.progress.round, claimEpoch: epoch)
            delivery.isCorrection = row.place.step > 0
            delivery.predecessor = predecessor(of: row)
            return delivery
        }
    }

    // MARK: Working

    mutating func begin(_ index: Int) {
        guard let start = nodes[index].queue.begin(at: uptime) else { return }
        let isInTurn = !start.delivery.isCorrection || isInTurn(start.delivery)
        guard isInTurn, start.delivery.claimEpoch == nodes[index].claimEpoch else {
            _ = nodes[index].queue.finish(start.delivery.id, probe: start.probe, .nothing, status: nil, at: uptime)
            return nodes[index].queue.giveBack(start.delivery.id)
        }
        if let row = rows[start.delivery.id], start.delivery.isCorrection {
            let earlier = steps(of: row.place.root) { $0.state == .pending }.filter { $0.key < row.place.step }
            if !earlier.isEmpty || predecessor(of: row) != start.delivery.predecessor { early.append(start.delivery.id) }
        }
        nodes[index].underWay.append(Try(delivery: start.delivery, probe: start.probe))
    }

    /// The request arrives, or its answer does.
    mutating func goOn(_ index: Int) {
        guard let place = dice.index(of: nodes[index].underWay) else { return }
        var next = nodes[index].underWay[place]
        let id = next.delivery.id
        if !next.isAccepted, isCalm || dice.isTrue(oneIn: 2) {
            accepted[id, default: 0] += 1
            nodes[index].underWay[place].isAccepted = true
            return
        }
        var state: DeliveryState = .delivered
        if !next.isAccepted {
            state = [.pending, .pending, .rejected, .dead, .unconfirmed][dice.next(below: 5)]
        } else if !isCalm, dice.isTrue(oneIn: 12) {
            state = [.dead, .pending, .pending, .unconfirmed][dice.next(below: 4)]
            excuse(id)
        }
        let wait = Duration.seconds(dice.next(below: 4))
        let attempt = AttemptRow(number: 0, startedAt: now, latency: 0, requestLine: "", outcome: .delivered, reply: "")
        next.result = AttemptResult(
            delivery: DeliveryID(conversion: id, destination: "u"), state: state,
            nextAttempt: state == .pending ? now.advanced(by: wait) : nil, attempt: attempt, round: next.delivery.round)
        _ = nodes[index].queue.finish(id, probe: next.probe, state == .delivered ? .success : .nothing, status: 200, at: uptime)
        nodes[index].underWay.remove(at: place)
        nodes[index].results.append(next)
    }

    mutating func record(_ index: Int) {
        for entry in nodes[index].results.prefix(1 + dice.next(below: 3)) {
            if let result = entry.result, rows[entry.delivery.id] != nil {
                if case .changed(let releases) = rows[entry.delivery.id]?.progress.take(result) {
                    rows[entry.delivery.id]?.node = 0
                    if releases { release(after: entry.delivery.id) }
                }
            }
            nodes[index].results.removeFirst()
            nodes[index].stored.append(entry.delivery.id)
        }
    }

    mutating func settle(_ index: Int) {
        for id in nodes[index].stored { nodes[index].queue.settle(id) }
        nodes[index].stored = []
    }

    // MARK: The operator

    /// An operator looks first and acts later; other things happen between.
    mutating func lookForReplay() {
        let states: Set<DeliveryState> =
            switch dice.next(below: 4) {
            case 0: [.pending]
            case 1: [.delivered]
            default: [.rejected, .dead, .unconfirmed]
            }
        var seen = rows.filter { states.contains($0.value.progress.state) }.map { id, row in
            let delivery = DeliveryID(conversion: id, destination: "u")
            return Requeue(delivery, seen: Requeue.Seen(state: row.progress.state, changedAt: row.progress.changedAt))
        }.sorted { $0.delivery.conversion < $1.delivery.conversion }
        // By id, sometimes twice, or all that a filter finds.
        if dice.isTrue(oneIn: 2), let one = dice.index(of: seen) { seen = [seen[one], seen[one]] }
        if !seen.isEmpty { replays.append(seen) }
    }

    mutating func replay() {
        guard let place = dice.index(of: replays) else { return }
        for requeue in replays.remove(at: place) {
            let id = requeue.delivery.conversion
            let wasEnded = rows[id].map { $0.progress.state != .pending } ?? false
            guard rows[id]?.progress.requeue(seen: requeue.seen, at: now) == .newRound else { continue }
            rows[id]?.node = 0
            keepOrder(id)
            if wasEnded, requeue.seen?.state != .pending { excuse(id) }
        }
    }

    mutating func prune() {
        for (id, row) in rows where row.progress.state != .pending && dice.isTrue(oneIn: 4) { rows[id] = nil }
    }

    mutating func reload(_ index: Int) {
        switch dice.next(below: 3) {
        case 0: nodes[index].queue.retire()
        case 1:
            var other = Self.sending
            other.concurrency = 1 + dice.next(below: 4)
            nodes[index].queue.change(to: other)
        default: nodes[index].queue.change(to: Self.sending)
        }
    }
}

/// Chance in whole numbers.
struct ModelDice {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func next(below bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }
    mutating func isTrue(oneIn count: Int) -> Bool { next(below: count) == 0 }
    mutating func index<Element>(of all: [Element]) -> Int? { all.isEmpty ? nil : next(below: all.count) }
}
