import Mappings
import Rules
import Testing

struct KeyHolderTests {
    private let now = Timestamp(seconds: 1000)
    private let content = KeptDigest(words: (1, 2))

    private func holder(_ number: UInt64, isOthers: Bool = false, expires: Int64? = nil) -> KeyHolder {
        KeyHolder(
            id: ConversionID(high: 0, low: number), isOthers: isOthers, expiresAt: expires.map { Timestamp(seconds: $0) }, content: content)
    }

    private func first(_ holders: KeyHolder..., everHeld: Bool = false) -> UInt64? {
        KeyHolder.first(among: holders, at: now, everHeld: everHeld)?.id.low
    }

    @Test func `the oldest holder counts`() {
        #expect(first(holder(3), holder(1), holder(2)) == 1)
        #expect(first() == nil)
    }

    @Test func `the source's own holder goes before an older one of another source`() {
        #expect(first(holder(1, isOthers: true), holder(2)) == 2)
        #expect(first(holder(2, isOthers: true), holder(1, isOthers: true)) == 1)
    }

    @Test func `a holder of a source that shares orders comes between`() {
        let (own, shared) = (["new", "old"], ["old", "new"])
        func holder(_ number: UInt64, of source: String, _ sources: [String]) -> KeyHolder {
            KeyHolder(id: ConversionID(high: 0, low: number), of: source, own: sources, expiresAt: nil, content: content)
        }
        #expect(first(holder(1, of: "old", own), holder(2, of: "new", own)) == 2)
        #expect(first(holder(1, of: "old", shared), holder(2, of: "new", shared)) == 1)
        #expect(first(holder(1, of: "third", own), holder(2, of: "old", own)) == 2)
        #expect(!holder(1, of: "old", own).isOthers && holder(1, of: "third", own).isOthers)
    }

    @Test func `a key holds until the moment in which it expires`() {
        #expect(first(holder(1, expires: 1000)) == nil)
        #expect(first(holder(1, expires: 1001)) == 1)
        #expect(first(holder(1, expires: 999), holder(2)) == 2)
    }

    @Test func `a correction finds every conversion that ever held the key`() {
        #expect(first(holder(1, expires: 1), holder(2), everHeld: true) == 1)
    }
}
