import Dispatch
import Foundation
import Rules

/// Something that one side opens and the other waits for; it stays open.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }

    /// Waits in a thread of its own.
    func passed() async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                self.wait()
                continuation.resume()
            }
        }
    }

    fileprivate func wait() {
        semaphore.wait()
        semaphore.signal()
    }
}

/// A sender's socket, byte by byte.
enum RawConnection {
    enum Step: Sendable {
        case send([UInt8])
        /// A sender's own slowness.
        case wait(milliseconds: UInt32)
        /// Reads until so many replies have come in all.
        case replies(Int)
        case open(Gate)
        case pass(Gate)
        /// Says that nothing more will be sent.
        case finish

        static func text(_ text: String) -> Step { .send(Array(text.utf8)) }
    }

    /// Sends and then reads until the other end closes, as many replies have come, or nothing comes for longer than any machine needs.
    static func exchange(_ port: Int, _ steps: [Step], replies: Int = .max) async -> RawAnswer {
        await withCheckedContinuation { continuation in
            // A thread of its own: those of a queue are few, and a sender that waits keeps its thread.
            Thread.detachNewThread { continuation.resume(returning: talk(port, steps, replies: replies)) }
        }
    }

    static func exchange(_ port: Int, _ text: String, replies: Int = 1) async -> RawAnswer {
        await exchange(port, [.text(text)], replies: replies)
    }

    /// Whether somebody listens.
    static func isAccepted(at port: Int) async -> Bool {
        guard let descriptor = connected(to: port) else { return false }
        close(descriptor)
        return true
    }

    private static func connected(to port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if isConnected { return descriptor }
        close(descriptor)
        return nil
    }

    private static func talk(_ port: Int, _ steps: [Step], replies: Int) -> RawAnswer {
        guard let descriptor = connected(to: port) else { return RawAnswer() }
        defer { close(descriptor) }
        var time = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var answer = RawAnswer()
        for step in steps {
            switch step {
            case .send(let bytes): send(bytes, descriptor)
            case .wait(let milliseconds): usleep(milliseconds * 1000)
            case .replies(let count): read(descriptor, into: &answer, replies: count)
            case .open(let gate): gate.open()
            case .pass(let gate): gate.wait()
            case .finish: shutdown(descriptor, Int32(SHUT_WR))
            }
        }
        read(descriptor, into: &answer, replies: replies)
        return answer
    }

    private static func send(_ bytes: [UInt8], _ descriptor: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            sent += count
        }
    }

    private static func read(_ descriptor: Int32, into answer: inout RawAnswer, replies: Int) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !answer.isClosed, answer.replies.count < replies {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { answer.isClosed = true }
            guard count > 0 else { break }
            answer.bytes += buffer[..<count]
        }
    }
}

/// What came back on a raw connection.
struct RawAnswer: Sendable {
    var bytes: [UInt8] = []
    /// The other end closed.
    var isClosed = false

    struct Reply: Sendable {
        var status: Int
        var headers: [String: String]
        var body: String
    }

    var first: Reply { replies.first ?? Reply(status: 0, headers: [:], body: String(decoding: bytes, as: UTF8.self)) }
    /// `200 {"status":"ok"}`.
    var line: String { "\(first.status) \(first.body)" }

    /// The replies that are complete; interim ones count.
    var replies: [Reply] {
        var replies: [Reply] = []
        var rest = bytes[...]
        while let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) {
            let lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
            var headers: [String: String] = [:]
            for line in lines.dropFirst() {
                guard let colon = line.firstIndex(of: ":") else { continue }
                headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            }
            let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            // A reply to HEAD has a length and no body; it is the last one then.
            let length = status == 100 ? 0 : headers["content-length"].flatMap { Int($0) } ?? 0
            let body = rest[end.upperBound...].prefix(length)
            guard body.count == length || isClosed else { break }
            replies.append(Reply(status: status, headers: headers, body: String(decoding: body, as: UTF8.self)))
            rest = rest[body.endIndex...]
        }
        return replies
    }
}
