/// Kills nodes with SIGKILL at random moments, one at a time, and starts them again.
struct Killer: Sendable {
    let nodes: [Node]
    let seed: UInt64
    /// Ends the load after so many; nil: only the time ends it.
    let limit: Int?
    let phase: Phase
    let tally: Tally
    let databaseMayBeAway: Bool
    let clock: WallClock?

    /// About one kill in 1.3 s with a start that takes a fifth of a second.
    private static let longestLife = 2.0

    func run() async throws {
        var dice = Dice(seed: seed, "killer")
        while phase.isLoading {
            try await Task.sleep(for: .seconds(0.05 + dice.share() * Self.longestLife))
            guard phase.isLoading else { return }
            let node = nodes[Int.random(in: 0..<nodes.count, using: &dice)]
            if let complaint = await node.complaint { throw Node.Failure(description: complaint) }
            if await node.kill() { tally.killed() }
            if let clock, dice.happens(0.3) { clock.jump(&dice, whileDown: true) }
            try await node.launch()
            // Some are killed while they start, which is when a store is put in order.
            while phase.isLoading, dice.happens(0.12) {
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...150, using: &dice)))
                if await node.kill() { tally.killed(starting: true) }
                try await node.launch()
            }
            // If its database did not answer just then, it ends, and it is started again.
            let end = ContinuousClock.now + .seconds(60)
            while true {
                do {
                    try await node.waitUntilUp()
                    break
                } catch {
                    guard databaseMayBeAway, ContinuousClock.now < end else { throw error }
                    try await Task.sleep(for: .milliseconds(500))
                    try await node.launch()
                }
            }
            if let limit, tally.kills >= limit { phase.endLoad() }
        }
    }
}
