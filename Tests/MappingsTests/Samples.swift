import Synchronization
import Testing

@testable import Mappings

/// What the tests of reading and writing share: the built-in trackers, their pages' samples, a destination at each.
enum Samples {
    static let names = ["refcampaign", "refersion", "refvenue", "rs-traffic", "trcker"]
    static let receivedAt = Timestamp(seconds: 1_763_600_000)
    static let id = ConversionID(at: receivedAt, random: (0, 1))
    static let identity = MappingReader.Identity(id: id, source: "shop", receivedAt: receivedAt)

    /// Compiled once, since a test may ask for it thousands of times.
    static func mapping(_ name: String) throws -> Mapping {
        try #require(
            compiled.withLock { known in
                if known[name] == nil { known[name] = MappingCatalog.builtIn[name] }
                return known[name]
            })
    }

    private static let compiled = Mutex<[String: Mapping]>([:])

    /// The conversion that the tracker page's own request becomes.
    static func sample(from name: String) throws -> Conversion {
        let mapping = try mapping(name)
        let example = try #require(mapping.sample)
        let given = try #require(example.given)
        let values = try #require(mapping.request.path.match(given.path))
        return try MappingReader(mapping, settings: example.settings).read(mapping.parse(given, pathValues: values), as: identity)
    }

    /// A destination as an operator would set it up.
    static func writer(to name: String, exponents: CurrencyExponents = CurrencyExponents()) throws -> MappingWriter {
        let settings: [String: [String: SettingValue]] = ["trcker": ["brand": .text("acme"), "offer": .text("spring")]]
        return try MappingWriter(mapping(name), url: "https://t.example", settings: settings[name] ?? [:], exponents: exponents)
    }

    /// `POST /path {"body": …}` or `GET /path?query`, without the host; or `skipped: ` and the reason.
    static func sent(_ conversion: Conversion, to writer: MappingWriter) -> String {
        do throws(Skip) {
            let request = try writer.write(conversion, at: Samples.receivedAt)
            let target = request.url.dropFirst("https://t.example".count)
            return "\(request.method) \(target)" + (request.body.isEmpty ? "" : " " + String(decoding: request.body, as: UTF8.self))
        } catch {
            return "skipped: \(error.reason)"
        }
    }

    /// What a body is read as, `document` without what the gateway gives, or `refused: ` and the reason.
    static func read(
        _ name: String, _ body: String, settings: [String: SettingValue] = [:], defaults: [(path: FieldPath, value: Value)] = [],
        exponents: CurrencyExponents = CurrencyExponents()
    ) throws -> Result<Conversion, Refusal> {
        let mapping = try mapping(name)
        let request = WireRequest(
            method: "POST", path: mapping.request.path.description, headers: [("Content-Type", "application/json")], body: Array(body.utf8))
        return outcome(of: request, mapping, MappingReader(mapping, settings: settings, defaults: defaults, exponents: exponents))
    }

    static func outcome(of request: WireRequest, _ mapping: Mapping, _ reader: MappingReader) -> Result<Conversion, Refusal> {
        Result { () throws(Refusal) in
            try reader.read(mapping.parse(request, pathValues: mapping.request.path.match(request.path) ?? [:]), as: identity)
        }
    }

    /// A mapping of a test's own.
    static func compile(_ text: String, name: String = "acme") throws -> Mapping {
        let replies = """

            replies:
              accepted: { status: 200, body: { ok: true } }
              duplicate: { status: 200, body: { ok: true, again: true } }

            """
        let (mapping, diagnostics) = MappingCompiler.compile(text + replies, name: name, file: "\(name).yaml")
        #expect(diagnostics.sorted.map(\.description) == [])
        return try #require(mapping)
    }
}

extension Result where Success == Conversion, Failure == Refusal {
    /// The refusal's sentence; nil for a conversion.
    var refusal: String? {
        if case .failure(let refusal) = self { refusal.reason } else { nil }
    }
}
