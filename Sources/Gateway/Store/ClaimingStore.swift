/// A store whose deliveries a process may hold for a time, if several share it.
protocol ClaimingStore: Sendable {
    /// Whether what was handed out or stored is still this process's own to send. Asked right before a request goes out; must be cheap.
    var holdsClaims: Bool { get }
    /// Grows when claims were lost: what was claimed or stored under an earlier number is no longer this process's own, even once
    /// `holdsClaims` is true again. It is read before the claim or the commit: a process that sleeps in the middle of it then has the
    /// earlier number, and leaves to others what they may have taken over.
    var claimEpoch: Int { get }
}

/// A store that no other process delivers from. `StoreLock` makes sure of it for a file.
extension ClaimingStore {
    var holdsClaims: Bool { true }
    var claimEpoch: Int { 0 }
}
