/// How much one source may send: in all, and with each of its secrets.
struct SenderRates: Sendable, Equatable {
    var source: Rate?
    /// For each active secret by itself, so that whoever holds the retiring one cannot use up what the new one may send.
    var credential: Rate?
}
