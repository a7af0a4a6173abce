import Mappings
import Synchronization
import Testing

@testable import Gateway

struct DemoInboxTests {
    private final class Numbers: Sendable { let all = Mutex<[UInt64]>([]) }

    private func conversion(_ tracker: String, _ number: UInt64) -> Conversion {
        Conversion(id: ConversionID(high: 0, low: number), source: tracker, tracker: "acme", receivedAt: Timestamp(seconds: 0))
    }

    private func taken(from inbox: DemoInbox) -> [String: ConversionID] { inbox.take().mapValues(\.id) }

    private func id(_ number: UInt64) -> ConversionID { ConversionID(high: 0, low: number) }

    @Test func `it gives what came since the last look, by the name it was received under`() {
        let inbox = DemoInbox()
        #expect(inbox.take().isEmpty)
        inbox.add(conversion("to-acme", 1))
        inbox.add(conversion("to-brandy", 2))
        #expect(taken(from: inbox) == ["to-acme": id(1), "to-brandy": id(2)])
        #expect(inbox.take().isEmpty)
    }

    @Test func `of several under one name it gives the first`() {
        let inbox = DemoInbox()
        for number in 1...3 { inbox.add(conversion("to-acme", UInt64(number))) }
        #expect(taken(from: inbox) == ["to-acme": id(1)])
    }

    @Test func `once it forwards it keeps nothing more`() {
        let inbox = DemoInbox()
        let forwarded = Numbers()
        inbox.add(conversion("to-acme", 1))
        inbox.forward { [id2 = id(2)] conversion in forwarded.all.withLock { $0.append(conversion.id == id2 ? 2 : 0) } }
        inbox.add(conversion("to-acme", 2))
        #expect(forwarded.all.withLock { $0 } == [2])
        #expect(taken(from: inbox) == ["to-acme": id(1)])
    }
}

struct PortPromiseTests {
    @Test func `a port that is known is there at once, for everyone`() async {
        let promise = PortPromise()
        promise.fulfil(4711)
        #expect(await promise.value == 4711)
        #expect(await promise.value == 4711)
    }

    @Test func `a caller that waits gets the port once it is known`() async {
        let promise = PortPromise()
        async let port = promise.value
        promise.fulfil(4711)
        #expect(await port == 4711)
    }

    @Test func `a wait that is cancelled ends with 0`() async {
        let promise = PortPromise()
        let wait = Task { await promise.value }
        wait.cancel()
        #expect(await wait.value == 0)
    }
}
