import Mappings
import Rules
import Synchronization

/// Slows down whoever tries passwords: one address waits longer with each wrong one, and no other address waits with it.
///
/// Its memory is bounded: beyond so many addresses all further ones are counted as one.
final class SignInPace: Sendable {
    private struct Tries {
        var wrong = 0
        var waiting = 0
        var last: Timestamp
    }
    private let all = Mutex<[String: Tries]>([:])

    /// Mistyped.
    private static let free = 3
    private static let longest = 32
    /// At once from one address; more are sent away.
    private static let waitingRoom = 4
    private static let memory = Duration.seconds(15 * 60)
    private static let most = 10_000
    private static let others = ""

    /// How long this try waits before it is looked at; nil sends it away.
    func begin(_ address: String, at now: Timestamp) -> Duration? {
        all.withLock { all in
            if all.count >= Self.most { all = all.filter { $0.value.last.duration(to: now) < Self.memory || $0.value.waiting > 0 } }
            let address = all[address] == nil && all.count >= Self.most ? Self.others : address
            var tries = all[address] ?? Tries(last: now)
            if tries.last.duration(to: now) >= Self.memory { tries.wrong = 0 }
            guard tries.waiting < Self.waitingRoom else { return nil }
            tries.waiting += 1
            tries.last = now
            all[address] = tries
            let steps = tries.wrong - Self.free
            return steps < 0 ? .zero : .seconds(min(Self.longest, 1 << min(steps, 5)))
        }
    }

    func ended(_ address: String, isRight: Bool) {
        all.withLock { all in
            let address = all[address] == nil ? Self.others : address
            guard var tries = all[address] else { return }
            tries.waiting -= 1
            if isRight { tries.wrong = 0 } else { tries.wrong += 1 }
            all[address] = isRight && tries.waiting == 0 ? nil : tries
        }
    }
}
