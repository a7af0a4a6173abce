/// One start of one node. It stands at the beginning of every path that this process asks, so that destinations and the gateway's own log
/// both say which process sent a request: `/n1-17/postback?…`.
struct Launch: Hashable, Sendable, CustomStringConvertible {
    let node: Int
    let number: Int

    /// Stands in a configuration until its node starts.
    static let none = Launch(node: 0, number: 0)

    var description: String { "n\(node)-\(number)" }

    init(node: Int, number: Int) {
        self.node = node
        self.number = number
    }

    /// The launch that the path of `target` begins with, and the rest of it. A log has the whole address.
    static func split(_ target: String) -> (Launch, rest: String)? {
        if let start = target.firstRange(of: "://")?.upperBound {
            return target[start...].firstIndex(of: "/").flatMap { split(String(target[$0...])) }
        }
        guard target.hasPrefix("/n"), let end = target.dropFirst().firstIndex(of: "/") else { return nil }
        let parts = target[..<end].dropFirst(2).split(separator: "-").compactMap { Int($0) }
        guard parts.count == 2 else { return nil }
        return (Launch(node: parts[0], number: parts[1]), String(target[end...]))
    }
}
