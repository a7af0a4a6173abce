import Mappings
import Rules

/// The time and the chance that intake gives to conversions; both come from outside so that tests can fix them.
struct IntakeClock: Sendable {
    var now: @Sendable () -> Timestamp
    /// 80 random bits for an id.
    var random: @Sendable () -> (high: UInt16, low: UInt64)
    /// For rates, which a clock that is set must not disturb.
    var uptime: @Sendable () -> Uptime = { .now() }

    func id(at time: Timestamp) -> ConversionID { ConversionID(at: time, random: random()) }
}
