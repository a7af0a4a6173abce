import NIOCore
import Rules

extension Uptime {
    /// The machine's own monotonic clock, which event loops set their timers by.
    static func now() -> Uptime { Uptime(nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds)) }
}

extension NIODeadline {
    init(_ time: Uptime) { self = .uptimeNanoseconds(UInt64(clamping: time.nanoseconds)) }
}
