import NIOCore
import Rules

/// One destination's connections to one origin, on one event loop: lends an open one, opens another, or lets a request wait for one.
///
/// All deadlines share one timer. Every request ends by its own timeout, whatever the other end does, and with it the connection that it was on.
final class ConnectionPool {
    let origin: Origin
    let egress: Egress
    let loop: any EventLoop
    let resolver: HostResolver
    private let limit: Int
    /// The one used last is at the end and is lent first, so that the others are closed in a quiet time.
    private var idle: [TrackerConnection] = []
    /// Open or being opened.
    private var connections = 0
    private var waiting = CircularBuffer<Exchange>()
    private var running: [Exchange] = []
    private var timer: (task: Scheduled<Void>, at: NIODeadline)?

    init(_ origin: Origin, _ egress: Egress, limit: Int, loop: any EventLoop, resolver: HostResolver) {
        self.origin = origin
        self.egress = egress
        self.limit = limit
        self.loop = loop
        self.resolver = resolver
    }

    var isUnused: Bool { connections == 0 && running.isEmpty }

    func start(_ exchange: Exchange) {
        exchange.place = running.count
        running.append(exchange)
        wake(at: exchange.deadline)
        place(exchange)
    }

    func end(_ exchange: Exchange, _ result: Result<Reply, ExchangeFailure>) {
        if case .over = exchange.stage { return }
        let last = running.removeLast()
        if last !== exchange {
            running[exchange.place] = last
            last.place = exchange.place
        }
        exchange.end(result)
    }

    // MARK: - Connections

    private func place(_ exchange: Exchange) {
        if let connection = idle.popLast() {
            connection.send(exchange)
        } else if connections < limit {
            connect(exchange)
        } else {
            exchange.stage = .waiting
            waiting.append(exchange)
        }
    }

    private func connect(_ exchange: Exchange) {
        connections += 1
        let attempt = ConnectAttempt(for: exchange, in: self)
        exchange.stage = .connecting(attempt)
        attempt.begin()
    }

    func connected(_ connection: TrackerConnection, for exchange: Exchange) { connection.send(exchange) }

    func couldNotConnect(_ exchange: Exchange, _ failure: ExchangeFailure) {
        connections -= 1
        end(exchange, .failure(failure))
        serveWaiting()
    }

    /// A connection that its last exchange left in order.
    func release(_ connection: TrackerConnection) {
        while let next = waiting.popFirst() {
            guard case .waiting = next.stage else { continue }
            connection.send(next)
            return
        }
        connection.idleSince = .now()
        idle.append(connection)
        wake(at: connection.idleSince + TrackerClient.idleTimeout)
    }

    /// A connection is gone, whichever side closed it.
    func closed(_ connection: TrackerConnection) {
        connections -= 1
        if let place = idle.firstIndex(where: { $0 === connection }) { idle.remove(at: place) }
        serveWaiting()
    }

    /// Sends once more, on a new connection: if one was stale, the others may be as well.
    func again(_ exchange: Exchange) {
        exchange.isRepeated = true
        if connections >= limit, let oldest = idle.first { oldest.close() }
        if connections < limit { connect(exchange) } else { place(exchange) }
    }

    private func serveWaiting() {
        while connections < limit, let next = waiting.popFirst() {
            if case .waiting = next.stage { connect(next) }
        }
    }

    // MARK: - Time

    private func wake(at time: NIODeadline) {
        if let timer {
            if timer.at <= time { return }
            timer.task.cancel()
        }
        timer = (loop.assumeIsolated().scheduleTask(deadline: time) { self.tick() }, time)
    }

    private func tick() {
        timer = nil
        let now = NIODeadline.now()
        for exchange in running where exchange.deadline <= now { expire(exchange) }
        for connection in idle where connection.idleSince + TrackerClient.idleTimeout <= now { connection.close() }
        var next = running.map(\.deadline).min()
        if let oldest = idle.first { next = min(next ?? .distantFuture, oldest.idleSince + TrackerClient.idleTimeout) }
        if let next { wake(at: next) }
    }

    private func expire(_ exchange: Exchange) {
        let failure = ExchangeFailure.timeout(exchange.timeout)
        guard case .sent(let connection) = exchange.stage, let reply = connection.reply(damagedBy: failure) else {
            return give(up: exchange, .failure(failure))
        }
        give(up: exchange, .success(reply))
    }

    private func give(up exchange: Exchange, _ result: Result<Reply, ExchangeFailure>) {
        let stage = exchange.stage
        end(exchange, result)
        switch stage {
        case .connecting(let attempt):
            attempt.abandon()
            connections -= 1
            serveWaiting()
        case .sent(let connection): connection.close()
        case .waiting, .over: break
        }
    }

    /// Breaks off everything.
    func close() {
        for exchange in running { give(up: exchange, .failure(.closed(midReply: false))) }
        for connection in idle { connection.close() }
        timer?.task.cancel()
        timer = nil
    }
}
