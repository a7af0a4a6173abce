import Mappings
import Rules

/// A judge with one source for each built-in mapping, and everything else that looks through a request.
///
/// A class: a program that is built on top of the properties is not built again when only the rules change, and so must not copy their values.
package final class SampleJudge: Sendable {
    private static let secret = "S3cr3t~Value~Of~A~Source"
    private static let now = Timestamp(seconds: 1_763_600_000)

    private let reception: Reception
    private let mask: RequestMask
    private let persons = [
        Person(email: "ann@example.com"), Person(sha256: "8c25cb3686462e9a86d2883c5688a22fe738b0bbc85f458d2d2b5f3f667c6d5a"),
    ].compactMap(\.self)

    package static let all = SampleJudge(MappingCatalog.builtIn.mappings)

    private init(_ mappings: [Mapping]) {
        let sources = mappings.map { mapping in
            SourceConfiguration(
                name: mapping.name, mapping: mapping,
                credentials: Dictionary(uniqueKeysWithValues: mapping.credentials.map { ($0.name, Self.secret) }), openCredentials: [],
                settings: [:], defaults: [(.field(.currency), .text("EUR"))], allowIPs: [], exponents: CurrencyExponents())
        }
        let proxies = (try? IPNetwork(parsing: "127.0.0.0/8")).map { [$0] } ?? []
        reception = Reception(sources: sources, routes: [], mappings: mappings, trustedProxies: proxies)
        mask = RequestMask(mappings[0], among: mappings, secrets: SecretFinder([Self.secret]))
    }

    /// As its source's request, credentials or not: taken apart, read, and put into the form in which the store keeps it.
    package func judge(_ request: WireRequest, of mapping: Mapping) { judge(request, .named(source: mapping.name, peer: "127.0.0.1")) }

    /// As a stranger's, from behind a proxy.
    package func turnAway(_ request: WireRequest) { judge(request, reception.sender(of: request, peer: "127.0.0.1")) }

    private func judge(_ request: WireRequest, _ sender: Arrival.Sender) {
        let arrival = Arrival(id: ConversionID(at: Self.now, random: (0, 1)), receivedAt: Self.now, request: request, sender: sender)
        guard case .trackers(let matches, let first) = reception.find(arrival) else { return }
        _ = reception.judge(arrival, reception.admit(arrival, matches, first))
    }

    /// As the store keeps a refused one.
    package func keep(_ request: WireRequest) { _ = mask.stored(request, peer: "127.0.0.1") }

    /// As `forget` looks through what is kept, for a person's address and for the digest of one, and takes the person out of it.
    package func forget(in request: WireRequest) {
        let stored = mask.stored(request, peer: "")
        for person in persons {
            _ = person.isIn(stored)
            _ = person.masked(request.target)
            _ = person.masked(request.body.text)
        }
    }
}
