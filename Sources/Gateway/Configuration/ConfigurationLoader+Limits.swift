import Mappings
import Rules

extension ConfigurationLoader {
    mutating func limits(_ node: YAMLNode) -> ServiceLimits {
        var limits = ServiceLimits()
        var map = YAMLFields(node, subject: "'limits'", into: &diagnostics)
        limits.body = size("body", in: &map, 1...(1 << 30), "1B to 1GiB") ?? limits.body
        limits.bodies = bodies(map.take("bodies"), body: limits.body)
        let connections = map.integer("connections_per_address", in: 1...1_000_000, &diagnostics)
        limits.connectionsPerAddress = connections ?? limits.connectionsPerAddress
        if let refused = map.take("refused") { limits.refused = self.refused(refused) }
        limits.waiting.perSource = map.integer("waiting", in: 1...100_000, &diagnostics) ?? limits.waiting.perSource
        limits.drain = duration("drain", in: &map, .zero ... .seconds(3600), "0s to 1h") ?? limits.drain
        if node["wrong_keys"]?.scalar == "off" {
            _ = map.take("wrong_keys")
            limits.wrongKeys = nil
        } else {
            limits.wrongKeys = rate("wrong_keys", in: &map) ?? limits.wrongKeys
        }
        map.finish(&diagnostics)
        return limits
    }

    /// By default there is room for four of the largest bodies.
    private mutating func bodies(_ node: YAMLNode?, body: Int) -> Int {
        let usual = max(ServiceLimits().bodies, 4 * body)
        guard let node else { return usual }
        guard let size = size("bodies", node, 1...(1 << 40), "1B to 1024GiB") else { return usual }
        if size < body {
            let found = node.scalar?.quotedBriefly ?? node.kind
            diagnostics.error(at: node.location, "'bodies' must be at least 'body', or one request would have no room; found \(found)")
        }
        return size
    }

    private mutating func refused(_ node: YAMLNode) -> RefusedLimits {
        var limits = RefusedLimits()
        var map = YAMLFields(node, subject: "'refused' of 'limits'", into: &diagnostics)
        let counts = 0...1_000_000_000
        let sizes = 0...(1 << 40)
        limits.count = map.integer("count", in: counts, &diagnostics) ?? limits.count
        limits.bytes = size("bytes", in: &map, sizes, "0B to 1024GiB") ?? limits.bytes
        limits.strangerCount = map.integer("stranger_count", in: counts, &diagnostics) ?? limits.strangerCount
        limits.strangerBytes = size("stranger_bytes", in: &map, sizes, "0B to 1024GiB") ?? limits.strangerBytes
        map.finish(&diagnostics)
        return limits
    }

    private mutating func size(_ key: String, in map: inout YAMLFields, _ range: ClosedRange<Int>, _ words: String) -> Int? {
        map.take(key).flatMap { size(key, $0, range, words) }
    }

    mutating func size(_ key: String, _ node: YAMLNode, _ range: ClosedRange<Int>, _ words: String) -> Int? {
        let found = node.scalar?.quotedBriefly ?? node.kind
        guard let text = node.scalar, let size = ByteSize(text) else {
            diagnostics.error(at: node.location, "'\(key)' must be a size such as 500KB, 1MB or 64MiB, found \(found)")
            return nil
        }
        guard range.contains(size.bytes) else {
            diagnostics.error(at: node.location, "'\(key)' must be a size from \(words), found \(found)")
            return nil
        }
        return size.bytes
    }

    /// - Parameter words: the range as the sentence says it.
    mutating func duration(_ key: String, in map: inout YAMLFields, _ range: ClosedRange<Duration>, _ words: String) -> Duration? {
        map.take(key).flatMap { duration(key, $0, range, words) }
    }

    mutating func rate(_ key: String, in map: inout YAMLFields) -> Rate? {
        guard let node = map.take(key) else { return nil }
        do throws(Rate.Failure) {
            return try Rate(parsing: node.scalar ?? node.kind, key: key)
        } catch {
            diagnostics.error(at: node.location, error.message)
            return nil
        }
    }

    mutating func duration(_ key: String, _ node: YAMLNode, _ range: ClosedRange<Duration>, _ words: String) -> Duration? {
        guard let duration = node.duration(key, &diagnostics) else { return nil }
        if range.contains(duration) { return duration }
        diagnostics.error(at: node.location, "'\(key)' must be a duration from \(words), found \(node.scalar?.quotedBriefly ?? node.kind)")
        return nil
    }
}
