import DequeModule
import Foundation
import NIOCore
import Rules
import Synchronization

/// Looks names up, each on a thread of its own, since a lookup may block and nothing can cancel it.
///
/// A name is looked up once at a time, whichever loops and destinations ask. So a name server that hangs holds one thread for each of its
/// names, and the names of others do not wait for it. Who asks does not wait longer than its own timeout.
final class HostLookups: Sendable {
    /// The addresses in the order to try them, without a port; nothing if the name is unknown. May block.
    typealias Lookup = @Sendable (_ host: String) -> [SocketAddress]

    /// For the whole process.
    static let system = HostLookups(lookup: HostLookups.systemLookup)

    private struct State {
        /// By name, who waits for its addresses.
        var waiting: [String: [EventLoopPromise<[SocketAddress]>]] = [:]
        /// Names that no thread is free for.
        var queue: Deque<String> = []
        var threads = 0
    }
    private let state = Mutex(State())
    private let lookup: Lookup
    /// At the same time. A destination has one name, so it is the number of destinations that may hang before another waits.
    private let threads: Int

    init(threads: Int = 64, lookup: @escaping Lookup) {
        self.threads = threads
        self.lookup = lookup
    }

    func addresses(of host: String, on loop: any EventLoop) -> EventLoopFuture<[SocketAddress]> {
        let promise = loop.makePromise(of: [SocketAddress].self)
        let begins = state.withLock { state in
            state.waiting[host, default: []].append(promise)
            guard state.waiting[host]?.count == 1 else { return false }
            guard state.threads < threads else {
                state.queue.append(host)
                return false
            }
            state.threads += 1
            return true
        }
        if begins { Thread.detachNewThread { self.work(host) } }
        return promise.futureResult
    }

    /// Looks up one name, and then those that wait for a thread.
    private func work(_ host: String) {
        var next: String? = host
        while let host = next {
            let addresses = lookup(host)
            let waiting: [EventLoopPromise<[SocketAddress]>]
            (waiting, next) = state.withLock { state in
                let next = state.queue.popFirst()
                if next == nil { state.threads -= 1 }
                return (state.waiting.removeValue(forKey: host) ?? [], next)
            }
            for promise in waiting { promise.succeed(addresses) }
        }
    }
}

extension HostLookups {
    /// The system's own way: hosts file, name servers, numbers in any spelling.
    private static let systemLookup: Lookup = { host in
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
