/// Who looks at a page.
struct Visitor: Sendable, Equatable {
    /// As the list of actions names him.
    var name: String
    var role: ConsoleUser.Role
    /// Whether he sees what senders and trackers sent, with the persons in it.
    var seesPayloads = true
    /// What his forms carry, so that no other site's form counts.
    var formToken: String
    /// There is somebody to sign out.
    var isSignedIn = true

    var isOperator: Bool { role == .operator }
}
