import Mappings
import Testing

struct YAMLMergeTests {
    private static func keys(_ text: String) throws -> [String] {
        var diagnostics = Diagnostics()
        let root = try #require(YAMLReader.read(text, file: "f", into: &diagnostics), "\(diagnostics.sorted)")
        return try #require(root["b"]?.entries).map {
            "\($0.key.scalar ?? ""): \($0.value.scalar ?? $0.value.kind) \($0.value.location.line)"
        }
    }

    @Test func `a merge key brings another map's entries, and the map's own count first`() throws {
        #expect(try Self.keys("a: &a { x: 1, y: 2 }\nb:\n  <<: *a\n  y: 3\n  z: 4") == ["y: 3 4", "z: 4 5", "x: 1 1"])
    }

    @Test func `of several maps the first counts`() throws {
        #expect(try Self.keys("a: &a { x: 1 }\nc: &c { x: 2, y: 3 }\nb: { <<: [*a, *c] }") == ["x: 1 1", "y: 3 2"])
    }

    @Test func `merges go on through maps that merge`() throws {
        #expect(try Self.keys("a: &a { x: 1 }\nc: &c { <<: *a, y: 3 }\nb: { <<: *c, z: 5 }") == ["z: 5 3", "y: 3 2", "x: 1 1"])
    }

    @Test func `what is no map stays a key that nobody knows`() throws {
        #expect(try Self.keys("b: { <<: text }") == ["<<: text 1"])
        #expect(try Self.keys("a: &a { x: 1 }\nb: { \"<<\": *a }") == ["<<: a map 1"])
    }
}
