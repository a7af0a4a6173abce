import NIOCore

/// Carries one plan out until the phase ends.
struct Stranger: Sendable {
    let plan: StrangerPlan
    /// A loopback address that nobody else uses.
    let address: String
    let port: Int
    let seed: UInt64
    let phase: Phase
    let tally: StrangerTally

    private static let beat = Duration.milliseconds(500)
    /// New connections in one beat, and in all for each that is held.
    private static let opening = (beat: 50, lives: 4)

    /// Gives the connections that are still open. They stay so until the gateway or the caller closes them.
    func run() async -> [StrangerConnection] {
        switch plan.deed {
        case .hold(let connections, let opening, let drip, let reads, let leaves):
            let held = await hold(connections, opening, drip, reads: reads)
            if !leaves { return held }
            for connection in held { connection.close() }
        case .flood(let rate, let request): await inLanes { lane in await flood(lane, rate, request) }
        case .shoot(let rate, let bytes): await inLanes { lane in await shoot(lane, rate, bytes) }
        }
        return []
    }

    private func hold(_ count: Int, _ opening: ByteBuffer, _ drip: ByteBuffer?, reads: Bool) async -> [StrangerConnection] {
        var held: [StrangerConnection] = []
        var opened = 0
        while phase.isLoading {
            held.removeAll { !$0.isOpen }
            if let drip { for connection in held { connection.write(drip) } }
            var missing = min(count - held.count, Self.opening.beat, count * Self.opening.lives - opened)
            while missing > 0, phase.isLoading {
                missing -= 1
                opened += 1
                guard let connection = await open(reads: reads) else { break }
                connection.write(opening)
                held.append(connection)
            }
            try? await Task.sleep(for: Self.beat)
        }
        return held
    }

    private func open(reads: Bool) async -> StrangerConnection? {
        do {
            let connection = try await StrangerConnection.open(from: address, to: port, reads: reads)
            tally.opened(plan)
            return connection
        } catch {
            tally.refused(plan)
            return nil
        }
    }

    // MARK: Requests

    private static let lanes = 4

    private func inLanes(_ body: @escaping @Sendable (_ lane: Int) async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<Self.lanes { group.addTask { await body(lane) } }
        }
    }

    /// Calls `body` at this lane's share of the rate, and never to make up for lost time.
    private func paced(_ lane: Int, _ rate: Int, _ body: (_ number: Int, _ dice: inout Dice) async -> Void) async {
        var dice = Dice(seed: seed, plan.name, "\(lane)")
        let pause = Duration.seconds(Double(Self.lanes) / Double(rate))
        var number = lane
        var next = ContinuousClock.now + pause * lane / Self.lanes
        while true {
            try? await Task.sleep(until: next, clock: .continuous)
            guard phase.isLoading else { return }
            await body(number, &dice)
            number += Self.lanes
            next = max(next + pause, .now)
        }
    }

    private func flood(_ lane: Int, _ rate: Int, _ request: @Sendable (Int, inout Dice) -> Request) async {
        var connection: SenderConnection?
        await paced(lane, rate) { number, dice in
            do {
                let open: SenderConnection
                if let connection, connection.isOpen {
                    open = connection
                } else {
                    open = try await SenderConnection.open(port: port, from: address)
                    tally.opened(plan)
                    connection = open
                }
                tally.answered(plan, try await open.exchange(request(number, &dice)).status)
            } catch {
                if connection == nil { tally.refused(plan) } else { tally.answered(plan, nil) }
                await connection?.close()
                connection = nil
            }
        }
        await connection?.close()
    }

    private func shoot(_ lane: Int, _ rate: Int, _ bytes: @Sendable (Int, inout Dice) -> ByteBuffer) async {
        await paced(lane, rate) { number, dice in
            guard let connection = await open(reads: true) else { return }
            connection.write(bytes(number, &dice))
            tally.answered(plan, await connection.status(within: .seconds(2)))
            connection.close()
        }
    }
}
