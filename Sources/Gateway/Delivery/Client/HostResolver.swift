import Foundation
import NIOCore
import NIOPosix
import Rules

/// Finds a host's addresses, off the event loop, and remembers them for half a minute. Lives on one loop.
final class HostResolver {
    /// The addresses in the order to try them, without a port; nothing if the name is unknown. Called on a thread that may block.
    typealias Lookup = @Sendable (_ host: String) -> [SocketAddress]
    typealias Answer = ([SocketAddress]) -> Void

    static let memory: TimeAmount = .seconds(30)
    /// Few, since only new connections need one, and each host is looked up once at a time; a name server that hangs occupies one until it ends.
    private static let threads = {
        let pool = NIOThreadPool(numberOfThreads: 8)
        pool.start()
        return pool
    }()

    private let loop: any EventLoop
    private let lookup: Lookup
    private var known: [String: (addresses: [SocketAddress], until: NIODeadline)] = [:]
    private var asked: [String: [Answer]] = [:]

    init(loop: any EventLoop, lookup: @escaping Lookup) {
        self.loop = loop
        self.lookup = lookup
    }

    /// Answers on the loop, at once if the answer is known.
    func addresses(of host: String, answer: @escaping Answer) {
        if let entry = known[host] {
            if entry.until > .now() { return answer(entry.addresses) }
            known[host] = nil
        }
        asked[host, default: []].append(answer)
        guard asked[host]?.count == 1 else { return }
        Self.threads.runIfActive(eventLoop: loop) { [lookup] in lookup(host) }.assumeIsolated().whenComplete { result in
            let addresses = (try? result.get()) ?? []
            if !addresses.isEmpty { self.known[host] = (addresses, .now() + Self.memory) }
            for answer in self.asked.removeValue(forKey: host) ?? [] { answer(addresses) }
        }
    }

    /// Does something slow on another thread.
    static func offLoop<Value: Sendable>(_ loop: any EventLoop, _ work: @escaping @Sendable () throws -> Value) -> EventLoopFuture<Value> {
        threads.runIfActive(eventLoop: loop, work)
    }

    /// The system's own way: hosts file, name servers, numbers in any spelling.
    static let system: Lookup = { host in
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Darwin)
            hints.ai_socktype = SOCK_STREAM
        #else
            hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let info = next?.pointee {
            switch info.ai_family {
            case AF_INET: info.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { addresses.append(SocketAddress($0.pointee)) }
            case AF_INET6:
                info.ai_addr.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { addresses.append(SocketAddress($0.pointee)) }
            default: break
            }
            next = info.ai_next
        }
        return addresses
    }
}

extension AddressPolicy.Address {
    /// Nil for a socket in the file system.
    init?(_ address: SocketAddress) {
        switch address {
        case .v4(let address): self = .v4(UInt32(bigEndian: address.address.sin_addr.s_addr))
        case .v6(let address):
            self = .v6(withUnsafeBytes(of: address.address.sin6_addr) { $0.reduce(0) { $0 << 8 | UInt128($1) } })
        case .unixDomainSocket: return nil
        }
    }
}
