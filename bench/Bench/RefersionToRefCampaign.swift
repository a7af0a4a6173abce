import Mappings

/// The engine's translation of a Refersion order into the body of a RefCampaign postback, compiled once, outside the
/// measured loop: the request taken apart, the conversion read, and the tracker's request written.
func refersionToRefCampaign() throws -> EngineBenchmark.Translation {
    guard let from = MappingCatalog.builtIn["refersion"], let to = MappingCatalog.builtIn["refcampaign"] else { throw MissingMapping() }
    let reader = MappingReader(from)
    let writer = try MappingWriter(to, url: "https://app.refcampaign.com", credentials: ["api_key": "rc_test_bench"])
    let identity = MappingReader.Identity(
        id: ConversionID(high: 1, low: 1), source: "bench", receivedAt: Timestamp(seconds: 1_763_600_000))
    let headers = [(name: "Content-Type", value: "application/json")]
    return { body in
        let request = WireRequest(method: "POST", path: "/tracker/orders/paid", headers: headers, body: body)
        return try writer.write(reader.read(from.parse(request), as: identity), at: identity.receivedAt).body
    }
}

struct MissingMapping: Error {}
