import Mappings
import Rules

extension ConfigurationLoader {
    /// `off` keeps everything, as a missing key does.
    mutating func retention(_ node: YAMLNode, of store: StoreLocation?) -> RetentionLimits {
        var limits = RetentionLimits()
        var map = YAMLFields(node, subject: "'retention'", into: &diagnostics)
        limits.requests = age("requests", in: &map)
        limits.attempts = age("attempts", in: &map)
        limits.repeats = age("repeats", in: &map)
        limits.refused = age("refused", in: &map)
        if let size = map.take("max_size"), size.scalar != "off" {
            limits.maxSize = self.size("max_size", size, 1 << 20...1 << 50, "1MiB to 1048576GiB")
            if case .postgres = store {
                limits.maxSize = nil
                diagnostics.warning(
                    at: size.location,
                    "'max_size' has no effect on PostgreSQL, whose files do not shrink when rows are deleted; set ages instead")
            }
        }
        map.finish(&diagnostics)
        return limits
    }

    private mutating func age(_ key: String, in map: inout YAMLFields) -> Duration? {
        guard let node = map.take(key), node.scalar != "off" else { return nil }
        return duration(key, node, .seconds(1) ... .seconds(36_500 * 86_400), "1s to 36500d, or off")
    }
}
