import Mappings
import Rules
import Testing

/// Whatever an operator does, and in whatever order things happen: a sale is sent once, none is forgotten, and a correction begins after what
/// it follows.
struct DeliveryModelTests {
    private static func step(_ model: inout DeliveryModel) {
        let index = model.dice.next(below: model.nodes.count)
        switch model.dice.next(below: 100) {
        case 0..<8: model.acceptSale(index)
        case 8..<10: model.acceptCorrection(index)
        case 10..<18: model.offer(index)
        case 18..<34: model.fetch(index)
        case 34..<48: model.begin(index)
        case 48..<64: model.goOn(index)
        case 64..<72: model.record(index)
        case 72..<79: model.settle(index)
        case 79..<82: model.isPaused.toggle()
        case 82..<87: model.nodes[index].queue.pause(model.isPaused)
        case 87..<90: model.lookForReplay()
        case 90..<93: model.replay()
        case 93: model.reload(index)
        case 94: if model.dice.isTrue(oneIn: 4) { model.kill(index) }
        case 95: if model.nodeCount > 1, model.dice.isTrue(oneIn: 4) { model.loseLease(index) }
        case 96: if model.dice.isTrue(oneIn: 4) { model.prune() }
        default: pass(.milliseconds(300), &model)
        }
    }

    private static func pass(_ time: Duration, _ model: inout DeliveryModel) {
        model.now = model.now.advanced(by: time)
        model.uptime = model.uptime + time
    }

    /// Nothing breaks any more, and everything goes on until nothing is left to do.
    private static func calmDown(_ model: inout DeliveryModel) {
        model.isCalm = true
        model.isPaused = false
        while !model.replays.isEmpty { model.replay() }
        for round in 0..<3000 {
            if round % 16 == 0, !model.rows.values.contains(where: { $0.progress.state == .pending }) { break }
            for index in model.nodes.indices {
                model.nodes[index].queue.change(to: DeliveryModel.sending)
                model.nodes[index].queue.pause(false)
                model.offer(index)
                model.fetch(index)
                model.begin(index)
                model.goOn(index)
                model.record(index)
                model.settle(index)
            }
            pass(.milliseconds(100), &model)
        }
    }

    private static func run(seeds: Range<UInt64>, nodes: Int) {
        var replayed = 0
        for seed in seeds {
            var model = DeliveryModel(seed: seed, nodes: nodes)
            for step in 0..<400 {
                Self.step(&model)
                guard model.unexplained.isEmpty, model.early.isEmpty else {
                    Issue.record(
                        "seed \(seed), step \(step): \(model.unexplained) accepted without a reason, \(model.early) began too early")
                    return
                }
            }
            calmDown(&model)
            replayed += model.excuses.values.reduce(0, +)
            let left = model.rows.filter { $0.value.progress.state == .pending }.map(\.key).sorted()
            guard model.unexplained.isEmpty, model.early.isEmpty, left.isEmpty else {
                Issue.record(
                    "seed \(seed): \(model.unexplained) accepted without a reason, \(model.early) began too early, \(left) never sent")
                return
            }
        }
        #expect(replayed > 0, "the excuses are not idle")
    }

    @Test func `one node sends each sale once, and again only for a kill, a lost answer or a replay of what had ended`() {
        Self.run(seeds: 1..<3000, nodes: 1)
    }

    @Test func `two nodes on one store do so too`() {
        Self.run(seeds: 10_000..<13_000, nodes: 2)
    }
}
