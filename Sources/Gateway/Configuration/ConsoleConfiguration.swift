/// Where the console listens, and who may use it.
struct ConsoleConfiguration: Sendable, Equatable {
    var listen: ListenAddress
    /// If there are none, everyone who reaches the address is an operator; then it is one of this machine only.
    var users: [ConsoleUser] = []
    /// The same as the file's own `metrics_token`, written where the listener is.
    var metricsToken: String?
}

struct ConsoleUser: Sendable, Equatable {
    enum Role: String, Sendable, CaseIterable {
        /// Looks at everything, and sends again, pauses and resumes.
        case `operator`
        /// Looks only.
        case viewer
    }

    var name: String
    var password: PasswordHash
    var role: Role
    /// Whether he sees what senders and trackers sent, with the persons in it.
    var seesPayloads = true
}
