import Mappings
import Synchronization

/// What the impersonated trackers received, until someone looks.
final class DemoInbox: Sendable {
    private let received = Mutex<[Conversion]>([])
    private let onReceived = Mutex<(@Sendable (Conversion) -> Void)?>(nil)

    func add(_ conversion: Conversion) {
        if let onReceived = onReceived.withLock({ $0 }) { return onReceived(conversion) }
        received.withLock { $0.append(conversion) }
    }

    /// Hands over from now on what would be kept.
    func forward(_ body: @escaping @Sendable (Conversion) -> Void) { onReceived.withLock { $0 = body } }

    /// Everything since the last look, in the order in which it came.
    func takeAll() -> [Conversion] {
        received.withLock { conversions in
            defer { conversions = [] }
            return conversions
        }
    }

    /// Everything since the last look, by the name it was received under.
    func take() -> [String: Conversion] {
        Dictionary(takeAll().map { ($0.source, $0) }) { first, _ in first }
    }
}

/// A port that is known once a server listens.
final class PortPromise: Sendable {
    private let stream: AsyncStream<Int>
    private let continuation: AsyncStream<Int>.Continuation
    private let port = Mutex<Int?>(nil)

    init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1)) }

    func fulfil(_ port: Int) {
        self.port.withLock { $0 = port }
        continuation.yield(port)
        continuation.finish()
    }

    /// Waits for the server; 0 if the wait was cancelled.
    var value: Int {
        get async {
            if let port = port.withLock({ $0 }) { return port }
            for await port in stream { return port }
            return port.withLock { $0 } ?? 0
        }
    }
}
