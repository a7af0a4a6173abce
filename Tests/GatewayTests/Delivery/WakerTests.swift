import Mappings
import Rules
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(15)))
struct WakerTests {
    private let clock = VirtualClock()
    private func time(_ milliseconds: Int64) -> Timestamp { VirtualClock.start.advanced(by: .milliseconds(milliseconds)) }

    @Test func `a sleep ends at its time`() async {
        let waker = Waker(clock: clock.delivery)
        async let slept = waker.sleep(until: time(1000))
        clock.advance(by: .milliseconds(1000))
        #expect(await slept == time(1000))
    }

    @Test func `an earlier time that was asked for before counts`() async {
        let waker = Waker(clock: clock.delivery)
        waker.wake(at: time(200))
        waker.wake(at: time(300))
        async let slept = waker.sleep(until: time(1000))
        clock.advance(by: .milliseconds(200))
        #expect(await slept == time(200))
    }

    @Test func `a task that is woken before the sleep does not sleep`() async {
        let waker = Waker(clock: clock.delivery)
        waker.wake()
        #expect(await waker.sleep(until: time(1000)) == time(1000))
        #expect(clock.elapsed == .zero)
    }

    @Test func `a pause ends at its time, or when its task is cancelled`() async throws {
        let delivery = clock.delivery
        async let pause: Void = delivery.sleep(for: .zero)
        try await pause
        let cancelled = Task { try await delivery.sleep(for: .seconds(1)) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(clock.elapsed == .zero)
    }
}
