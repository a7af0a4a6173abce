import Crypto
import Mappings
import Rules
import Synchronization

/// Who is signed in. Kept in memory: a restart signs everybody out.
///
/// A browser has a random text; here is only its digest, so that the time of a look says nothing of the texts.
final class Sessions: Sendable {
    private struct Session {
        var user: String
        /// If it is changed in the file, the session is over.
        var password: PasswordHash
        var formToken: String
        var until: Timestamp
    }
    private let all = Mutex<[SHA256.Digest: Session]>([:])

    /// A day's work.
    static let length = Duration.seconds(12 * 3600)
    private static let most = 1000

    /// Returns what the browser keeps.
    func begin(_ user: ConsoleUser, at now: Timestamp) -> String {
        let token = SecretText.random()
        let session = Session(
            user: user.name, password: user.password, formToken: SecretText.random(), until: now.advanced(by: Self.length))
        all.withLock { all in
            all = all.filter { $0.value.until > now }
            if all.count >= Self.most, let oldest = all.min(by: { $0.value.until < $1.value.until })?.key { all[oldest] = nil }
            all[SecretText.digest(token)] = session
        }
        return token
    }

    func visitor(_ token: String, among users: [ConsoleUser], at now: Timestamp) -> Visitor? {
        guard let session = all.withLock({ $0[SecretText.digest(token)] }), session.until > now,
            let user = users.first(where: { $0.name == session.user }), user.password == session.password
        else { return nil }
        return Visitor(name: user.name, role: user.role, seesPayloads: user.seesPayloads, formToken: session.formToken)
    }

    func end(_ token: String) { all.withLock { _ = $0.removeValue(forKey: SecretText.digest(token)) } }
}
