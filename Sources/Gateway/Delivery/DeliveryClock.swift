import Mappings

/// The time and the chance that delivery decides by; both come from outside so that tests can fix them.
struct DeliveryClock: Sendable {
    var now: @Sendable () -> Timestamp
    /// In `0...1`.
    var random: @Sendable () -> Double
}
