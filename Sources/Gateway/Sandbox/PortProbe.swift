import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whether an address can be listened on, tried by taking it for a moment. No connection is accepted meanwhile.
enum PortProbe {
    static func isFree(_ text: String) -> Bool {
        guard let address = try? ListenAddress(parsing: text) else { return false }
        return (try? check(address)) != nil
    }

    /// Throws what a server would end with. A name is left for the server to try.
    static func check(_ address: ListenAddress) throws {
        guard let socketAddress = try? SocketAddress(ipAddress: address.host, port: address.port) else { return }
        let family = socketAddress.protocol == .inet6 ? AF_INET6 : AF_INET
        #if canImport(Glibc)
            let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(family, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        defer { close(descriptor) }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        let result = socketAddress.withSockAddr { bind(descriptor, $0, socklen_t($1)) }
        guard result == 0 else { throw IOError(errnoCode: errno, reason: "bind") }
    }
}
