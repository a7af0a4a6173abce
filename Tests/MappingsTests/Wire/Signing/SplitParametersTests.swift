import FuzzProperties
import Testing

@testable import Mappings

/// Names and values that are joined without escaping could be taken apart in another way. Such a text is never believed.
struct SplitParametersTests {
    private func signer() throws -> Signer {
        try Signer(#require(Samples.mapping("rs-traffic").signature), secret: "k", forms: [.sortedParameters])
    }

    private func request(_ pairs: [(name: String, value: String)], signed text: String) throws -> WireRequest {
        let sign = try signer().sign(Array(text.utf8))
        return WireRequest(method: "GET", path: "/v1/event", query: "\(Parameters.encoded(pairs))&sign=\(sign)")
    }

    private func verifies(_ pairs: [(name: String, value: String)], signed text: String) throws -> Bool {
        try signer().verifies(Samples.mapping("rs-traffic").parse(request(pairs, signed: text)))
    }

    private func plain(_ pairs: [(name: String, value: String)]) -> String {
        pairs.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    @Test func `one value that holds an ampersand is not two parameters`() throws {
        let text = "amount=5&clickid=c"
        #expect(try verifies([("amount", "5"), ("clickid", "c")], signed: text))
        #expect(try !verifies([("amount", "5&clickid=c")], signed: text))
        #expect(try !verifies([("amount=5&clickid", "c")], signed: text))
        // An equals sign in a value is no other parameter, since none is allowed in names.
        #expect(try verifies([("clickid", "YWJj==")], signed: "clickid=YWJj=="))
        #expect(try !verifies([("clickid=YWJj", "=")], signed: "clickid=YWJj=="))
        #expect(try verifies([("sub", "a&b=c")], signed: "sub=a%26b%3Dc"))
    }

    @Test func `a name that could be another one encoded is not believed as it is`() throws {
        #expect(try verifies([("sub id", "1")], signed: "sub+id=1"))
        #expect(try !verifies([("sub+id", "1")], signed: "sub+id=1"))
        #expect(try verifies([("sub id", "1")], signed: "sub%20id=1"))
        #expect(try !verifies([("sub%20id", "1")], signed: "sub%20id=1"))
        #expect(try verifies([("sub+id", "1")], signed: "sub%2Bid=1"))
    }

    @Test func `bytes that move between names and values never keep a signature valid`() throws {
        var random = SeededGenerator(seed: 7)
        let letters = ["a", "b", "=", "&", "1", "%", "26", " "]
        func word() -> String {
            (0..<Int.random(in: 1...4, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" }.joined()
        }
        var believed = 0
        for _ in 0..<2000 {
            var names: Set<String> = []
            let pairs = (0..<Int.random(in: 1...3, using: &random)).map { _ in (name: word(), value: word()) }.filter {
                names.insert($0.name).inserted
            }
            let text = plain(pairs)
            // Every way to take the text apart into names and values, of which the signature may believe one.
            let ways = splits(text).filter { plain($0) == text && Set($0.map(\.name)).count == $0.count }
            let right = try ways.filter { try verifies($0, signed: text) && Parameters.encoded($0) != text }
            #expect(right.count <= 1, "\(text): \(right)")
            believed += right.count
        }
        #expect(believed > 100)
    }

    /// All lists of names and values whose plain text this is.
    private func splits(_ text: String) -> [[(name: String, value: String)]] {
        var lists: [[(name: String, value: String)]] = []
        let parts = text.split(separator: "&", omittingEmptySubsequences: false).map(String.init)
        // Each `&` either separates or belongs to the value or name around it.
        for mask in 0..<(1 << min(parts.count - 1, 8)) {
            var groups = [parts[0]]
            for (index, part) in parts.dropFirst().enumerated() {
                if mask & (1 << index) != 0 { groups.append(part) } else { groups[groups.count - 1] += "&" + part }
            }
            var partial: [[(name: String, value: String)]] = [[]]
            for group in groups {
                let places = group.indices.filter { group[$0] == "=" }
                partial = partial.flatMap { list in
                    places.map { list + [(String(group[..<$0]), String(group[group.index(after: $0)...]))] }
                }
            }
            lists += partial
        }
        return lists.filter { list in list.allSatisfy { !$0.name.isEmpty } }
    }

    @Test func `what the gateway writes is signed as the tracker documents, whatever the values hold`() throws {
        let mapping = try Samples.mapping("rs-traffic")
        let format = try #require(mapping.request.writtenFormat)
        let request = WireRequest(method: "POST", path: "/v1/event", body: Array(#"{"b":"x&y","a":"1"}"#.utf8))
        #expect(try signer().sign(request, in: format, as: .sortedParameters) == signer().sign(Array("a=1&b=x&y".utf8)))
    }

    @Test func `a signature over such a text says why it does not count`() throws {
        let mapping = try Samples.mapping("rs-traffic")
        let parsed = try mapping.parse(request([("amount", "5&clickid=c")], signed: "amount=5&clickid=c"))
        let received = ReceivedSignature(of: parsed, by: try #require(mapping.signature))
        #expect(try !signer().verifies(received))
        #expect(received.ambiguity == "the value of 'amount' holds '&'")
    }
}
