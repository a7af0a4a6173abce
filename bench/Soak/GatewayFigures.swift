import Foundation

/// What Linux says of the gateway's process, from outside.
struct GatewayFigures: Sendable {
    let processID: Int32
    let port: Int

    /// Megabytes of memory in use now, and the most that ever was.
    var memory: (now: Int, most: Int) {
        let lines = text("/proc/\(processID)/status").split(separator: "\n")
        func megabytes(_ name: String) -> Int {
            let line = lines.first { $0.hasPrefix(name + ":") }
            return (line.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0) / 1024
        }
        return (megabytes("VmRSS"), megabytes("VmHWM"))
    }

    /// Connections on the gateway's side by the peer's address: those that it has not closed, also those that it has not accepted yet.
    var connections: [String: Int] {
        var counts: [String: Int] = [:]
        for line in text("/proc/net/tcp").split(separator: "\n").dropFirst() {
            let columns = line.split(separator: " ", omittingEmptySubsequences: true)
            // Established, or closed by the peer alone.
            guard columns.count > 3, columns[3] == "01" || columns[3] == "08" else { continue }
            guard let local = columns[1].split(separator: ":").last, Int(local, radix: 16) == port,
                let peer = columns[2].split(separator: ":").first, let address = UInt32(peer, radix: 16)
            else { continue }
            counts[(0..<4).map { "\(address >> ($0 * 8) & 0xFF)" }.joined(separator: "."), default: 0] += 1
        }
        return counts
    }

    /// Seconds of processor time that it has used.
    var processorTime: Double {
        // The name of the program stands in parentheses and may hold anything.
        let columns = text("/proc/\(processID)/stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard columns.count > 12, let user = Double(columns[11]), let system = Double(columns[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The kernel gives these files a page at a time, and their size as 0.
    private func text(_ path: String) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else { return "" }
        defer { try? file.close() }
        var all = Data()
        while let part = try? file.read(upToCount: 1 << 16), !part.isEmpty { all += part }
        return String(decoding: all, as: UTF8.self)
    }
}
