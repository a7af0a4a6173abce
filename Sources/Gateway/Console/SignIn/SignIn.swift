import Dispatch
import Mappings

/// Tries a name with a password, for one address.
struct SignIn: Sendable {
    enum Outcome: Sendable {
        case right(ConsoleUser)
        case wrong
        /// Too many at once from its address.
        case tooMany
    }

    let pace: SignInPace
    let now: @Sendable () -> Timestamp
    let sleep: @Sendable (Duration) async -> Void
    /// One after another, and apart from the threads that serve senders: to derive a key keeps a processor busy.
    private let queue = DispatchQueue(label: "console.sign-in", qos: .utility)

    /// Nobody's: a try with a name that does not exist takes as long as one with a name that does.
    private static let nobody = PasswordHash("scrypt:15:8:3:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")

    init(
        now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (Duration) async -> Void, pace: SignInPace = SignInPace()
    ) {
        (self.now, self.sleep, self.pace) = (now, sleep, pace)
    }

    func attempt(name: String, password: String, from address: String, among users: [ConsoleUser]) async -> Outcome {
        guard let wait = pace.begin(address, at: now()) else { return .tooMany }
        if wait > .zero { await sleep(wait) }
        let user = users.first { SecretText.areEqual($0.name, name) }
        let hash = user?.password ?? users.first?.password ?? Self.nobody
        let fits = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: hash?.fits(password) ?? false) }
        }
        let isRight = fits && user != nil
        pace.ended(address, isRight: isRight)
        guard isRight, let user else { return .wrong }
        return .right(user)
    }
}
