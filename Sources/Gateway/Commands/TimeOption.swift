import ArgumentParser
import Mappings

/// A moment on the command line: `2026-11-20`, `2026-11-20T09:30:00Z`, or an age such as `2h` or `7d`.
struct TimeOption: ExpressibleByArgument {
    let time: Timestamp

    init?(argument: String) {
        if let time = Timestamp(iso8601: argument) {
            self.time = time
        } else if let age = Duration(argument) {
            time = SystemClock.now().advanced(by: .zero - age)
        } else {
            return nil
        }
    }
}
