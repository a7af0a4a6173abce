/// A sender with a keep-alive connection: sends one sale after the other, each again and again until it is acknowledged, as real
/// senders do.
struct Sender: Sendable {
    let number: Int
    let ports: [Int]
    let ledger: Ledger
    let phase: Phase
    /// From one sale to the next.
    let pause: Duration
    /// Where the waits for acknowledgements are noted, if anyone wants to know.
    var latencies: Latencies?

    /// After the load, what is under way has this long to be acknowledged.
    private static let patience = Duration.seconds(60)

    func run() async {
        var dice = Dice(seed: ledger.seed, "sender", "\(number)")
        var line = Line(ports: ports, first: number)
        var twin = Line(ports: ports, first: number + 1)
        var next = ContinuousClock.now + pause * dice.share()
        while phase.isLoading {
            try? await Task.sleep(until: next, clock: .continuous)
            next = max(next + pause, .now)
            let sale = ledger.nextSale()
            if sale.isRefundedFirst { line = await tellRefund(sale.refunds[0], of: sale, on: line) }
            if dice.happens(0.03) {
                // The same request twice at once; if there are two nodes, to both.
                ledger.twinned()
                let other = twin
                async let second = submit(sale, sale.dialect.request(sale), on: other)
                line = await submit(sale, sale.dialect.request(sale), on: line)
                twin = await second
            } else {
                line = await submit(sale, sale.dialect.request(sale), on: line)
            }
            if dice.happens(0.05) {
                ledger.repeatedOnPurpose()
                line = await submit(sale, sale.dialect.request(sale), on: line)
            }
            for (index, amount) in sale.refunds.enumerated() where index > 0 || !sale.isRefundedFirst || dice.happens(0.3) {
                line = await tellRefund(amount, of: sale, on: line)
            }
        }
        await line.close()
        await twin.close()
    }

    private func tellRefund(_ amount: Int, of sale: Sale, on line: Line) async -> Line {
        await submit(sale, sale.dialect.refund(amount, of: sale), refund: amount, on: line)
    }

    /// Sends until it is acknowledged; gives the line back for the next.
    func submit(_ sale: Sale, _ request: Request, refund: Int? = nil, on line: Line) async -> Line {
        var line = line
        var end: ContinuousClock.Instant?
        let (start, stage) = (ContinuousClock.now, latencies?.stage)
        defer { if let stage { latencies?.note(.now - start, pace: pause, in: stage) } }
        while true {
            if !phase.isLoading {
                let now = ContinuousClock.now
                if end == nil { end = now + Self.patience }
                if let end, now > end {
                    ledger.complain("\(sale.key) was not acknowledged within \(Self.patience) after the last kill")
                    return line
                }
            }
            guard let answer = await line.exchange(request) else {
                ledger.unanswered(sale)
                try? await Task.sleep(for: .milliseconds(25))
                continue
            }
            if let acknowledgement = sale.dialect.acknowledgement(answer) {
                if let refund { ledger.acknowledged(refund: refund, of: sale) } else { ledger.acknowledged(sale, acknowledgement) }
                return line
            }
            guard answer.status == 503 else {
                ledger.complain("\(sale.key) (\(sale.dialect.rawValue)) was answered \(answer.status) \(answer.body)")
                return line
            }
            if answer.retryAfter == nil { ledger.complain("\(sale.key) was answered 503 without Retry-After") }
            ledger.overloaded()
            try? await Task.sleep(for: .milliseconds(200))
        }
    }
}

/// A connection that is opened again if it was lost, to the next node if there are several.
struct Line: Sendable {
    private let ports: [Int]
    private var node: Int
    private var connection: SenderConnection?

    init(ports: [Int], first: Int) {
        self.ports = ports
        node = first % ports.count
    }

    /// Nil if no whole reply came.
    mutating func exchange(_ request: Request) async -> Answer? {
        do {
            let open: SenderConnection
            if let connection, connection.isOpen {
                open = connection
            } else {
                open = try await SenderConnection.open(port: ports[node])
                connection = open
            }
            return try await open.exchange(request)
        } catch {
            await close()
            node = (node + 1) % ports.count
            return nil
        }
    }

    mutating func close() async {
        await connection?.close()
        connection = nil
    }
}
