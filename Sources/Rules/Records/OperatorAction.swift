import Mappings

/// What an operator did in the console: who, when, what.
package struct OperatorAction: Sendable, Equatable {
    package var time: Timestamp
    /// The user's name.
    package var name: String
    /// The address that it came from.
    package var peer: String
    /// In words: `paused main`, `made 12 deliveries due`. It holds names and ids, and nothing that senders or trackers sent.
    package var what: String

    package init(time: Timestamp, name: String, peer: String, what: String) {
        self.time = time
        self.name = name
        self.peer = peer
        self.what = what
    }
}

package struct OperatorActionRow: Sendable, Equatable {
    /// Later ones have larger numbers.
    package var number: Int64
    package var action: OperatorAction

    package init(number: Int64, action: OperatorAction) {
        self.number = number
        self.action = action
    }
}
