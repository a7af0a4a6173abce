import NIOCore

/// Remembers a host's addresses for half a minute. Lives on one loop; the looking up is for `HostLookups`.
final class HostResolver {
    typealias Answer = ([SocketAddress]) -> Void

    static let memory: TimeAmount = .seconds(30)

    private let loop: any EventLoop
    private let lookups: HostLookups
    private var known: [String: (addresses: [SocketAddress], until: NIODeadline)] = [:]
    private var asked: [String: [Answer]] = [:]

    init(loop: any EventLoop, lookups: HostLookups) {
        self.loop = loop
        self.lookups = lookups
    }

    /// Answers on the loop, at once if the answer is known.
    func addresses(of host: String, answer: @escaping Answer) {
        if let entry = known[host] {
            if entry.until > .now() { return answer(entry.addresses) }
            known[host] = nil
        }
        asked[host, default: []].append(answer)
        guard asked[host]?.count == 1 else { return }
        lookups.addresses(of: host, on: loop).assumeIsolated().whenSuccess { addresses in
            if !addresses.isEmpty { self.known[host] = (addresses, .now() + Self.memory) }
            for answer in self.asked.removeValue(forKey: host) ?? [] { answer(addresses) }
        }
    }
}
