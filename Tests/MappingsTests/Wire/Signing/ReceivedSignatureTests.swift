import Synchronization
import Testing

@testable import Mappings

struct ReceivedSignatureTests {
    private final class Count: Sendable {
        let made = Mutex(0)
    }

    private func parsed(_ signature: String) throws -> (ParsedRequest, SignaturePlan) {
        let mapping = try Samples.mapping("rs-traffic")
        let request = WireRequest(method: "POST", path: "/v1/event", headers: [("X-RS-Sign", signature)], body: Array("{}".utf8))
        return (try mapping.parse(request), try #require(mapping.signature))
    }

    private func form(_ name: String, _ count: Count) -> SignedForm {
        SignedForm(name: name, coversBody: true) { _ in
            nil
        } received: { content, likelihood in
            count.made.withLock { $0 += 1 }
            return likelihood == .usual ? [SignedText(Array(name.utf8) + (content.body ?? []))] : []
        }
    }

    @Test func `a text is made once, however many keys it may be signed with`() throws {
        let count = Count()
        let (parsed, plan) = try parsed(String(repeating: "A", count: 64))
        let forms = [form("one", count), form("other", count)]
        let received = ReceivedSignature(of: parsed, by: plan, forms: forms)
        for number in 0..<100 {
            #expect(!Signer(plan, secret: "\(number)", forms: forms).verifies(received))
        }
        // Each form is asked once for its usual, its common and its rare texts.
        #expect(count.made.withLock { $0 } == 2 * 3)
    }

    @Test(arguments: ["", "a", String(repeating: "a", count: 63), String(repeating: "a", count: 65), "sha512"])
    func `a signature of the wrong length is wrong before any text is made`(signature: String) throws {
        let count = Count()
        let (parsed, plan) = try parsed(signature)
        let forms = [form("one", count)]
        #expect(!Signer(plan, secret: "k", forms: forms).verifies(ReceivedSignature(of: parsed, by: plan, forms: forms)))
        #expect(count.made.withLock { $0 } == 0)
    }

    @Test func `a signed query of too many parameters is still its sender's`() throws {
        let mapping = try Samples.mapping("rs-traffic")
        let plan = try #require(mapping.signature)
        let text = (1000...2500).map { "a=\($0)" }.joined(separator: "&")
        let signer = Signer(plan, secret: "k", forms: [.sortedParameters])
        let request = WireRequest(method: "GET", path: "/v1/event", query: "\(text)&sign=\(signer.sign(Array(text.utf8)))")
        let parsed = try mapping.parse(request)
        #expect(signer.verifies(parsed))
        #expect(!Signer(plan, secret: "other", forms: []).verifies(parsed))
    }
}
