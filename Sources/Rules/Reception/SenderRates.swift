/// How much one source may send: in all, and with each of its secrets.
package struct SenderRates: Sendable, Equatable {
    package var source: Rate?
    /// For each active secret by itself, so that the holder of the retiring one cannot use up what the new one may send.
    package var credential: Rate?

    package init(source: Rate? = nil, credential: Rate? = nil) {
        self.source = source
        self.credential = credential
    }
}
