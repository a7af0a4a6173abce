import Synchronization

/// Asks `/readyz` twice a second, each time on a new connection, as a load balancer does.
final class ReadyProbe: Sendable {
    private struct State {
        var probes = 0
        var bad: [String] = []
    }
    private let state = Mutex(State())
    private let port: Int

    init(port: Int) { self.port = port }

    var probes: Int { state.withLock { $0.probes } }
    /// What was answered instead of 200.
    var bad: [String] { state.withLock { $0.bad } }

    func run(until phase: Phase) async {
        while phase.isLoading {
            await probe()
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    private func probe() async {
        let request = Request(method: "GET", target: "/readyz", headers: [])
        var found: String?
        do {
            let connection = try await SenderConnection.open(port: port)
            let answer = try await connection.exchange(request, within: .seconds(5))
            if answer.status != 200 { found = "\(answer.status) \(answer.body)" }
            await connection.close()
        } catch { found = "no answer (\(error))" }
        state.withLock { state in
            state.probes += 1
            if let found { state.bad.append(found) }
        }
    }
}
