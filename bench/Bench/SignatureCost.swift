import FuzzProperties
import Mappings

/// What a signature costs to verify, in processor time: the RS-Traffic page's own event, signed in its body as most senders do, and with a
/// signature that nobody made, which is compared with every text that it could be of.
struct SignatureCost {
    private static let key = "your_secret_key"
    private static let batch = 64

    /// Prints `{"right_us": …, "wrong_us": …}`: the least of many tries.
    func run(seconds: Double) throws {
        guard let mapping = MappingCatalog.builtIn["rs-traffic"], let plan = mapping.signature, let sample = mapping.sample?.given else {
            throw MissingMapping()
        }
        let signer = Signer(plan, secret: Self.key, forms: [])
        let right = try mapping.parse(signed(sample, signer.sign(sample.body)))
        let wrong = try mapping.parse(signed(sample, String(repeating: "a", count: 64)))
        precondition(signer.verifies(right) && !signer.verifies(wrong))
        let costs = [right, wrong].map { parsed in microseconds(over: .seconds(seconds / 2)) { signer.verifies(parsed) } }
        printLine(#"{"right_us": \#(costs[0]), "wrong_us": \#(costs[1]), "bytes": \#(sample.body.count)}"#)
    }

    /// With the signature as its last member.
    private func signed(_ request: WireRequest, _ signature: String) -> WireRequest {
        var request = request
        request.headers.append(("Content-Type", "application/json"))
        request.body = request.body.dropLast() + Array(#","sign":"\#(signature)"}"#.utf8)
        return request
    }

    private func microseconds(over duration: Duration, _ verify: () -> Bool) -> Double {
        var least = Duration.seconds(1)
        var right = 0
        let end = ProcessorTime.now() + duration
        while ProcessorTime.now() < end {
            least = min(least, ProcessorTime.least(of: 4) { for _ in 0..<Self.batch where verify() { right += 1 } })
        }
        precondition(right >= 0)
        return (least / .microseconds(1)) / Double(Self.batch)
    }
}
