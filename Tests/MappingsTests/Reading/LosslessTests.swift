import Testing

@testable import Mappings

/// Nothing that a sender sends disappears: it is in a field, in `extra`, a credential, or named in a warning.
struct LosslessTests {
    private static let acme = """
        tracker: Acme
        request: { method: POST, path: "/pb/{brand}", body: [json, form] }
        settings: { brand: {} }
        credentials: { key: { query: key, body: key } }
        fields:
          brand: { is: extra.brand, place: path }
          cid: { is: click_id, aliases: [click, clickid] }
          campaign.name: { is: sub_ids.s1 }
          event: { is: type, values: { buy: sale, lead: lead } }
          status: { is: status }
          "items[].price": { is: unit_price, aliases: [cost] }
          "items[].id": { is: sku }
          data: { is: metadata }
        """

    private func read(_ body: String, query: String = "", type: String = "application/json") throws -> Conversion {
        let mapping = try Samples.compile(Self.acme)
        let request = WireRequest(method: "POST", path: "/pb/b1", query: query, headers: [("Content-Type", type)], body: Array(body.utf8))
        return try Samples.outcome(of: request, mapping, MappingReader(mapping)).get()
    }

    private func extra(_ conversion: Conversion) -> String { conversion.exampleText("extra") ?? "nothing" }

    @Test(arguments: [
        ("{}", #"{"brand":"b1"}"#), (#"{"x":null,"y":[1,{"z":true}],"":"e"}"#, #"{"":"e","brand":"b1","x":null,"y":[1,{"z":true}]}"#),
        (#"{"campaign":{"name":"n","id":7,"deep":{"a":1}}}"#, #"{"brand":"b1","campaign.deep":{"a":1},"campaign.id":7}"#),
        (#"{"campaign":{"id":7},"campaign.id":8}"#, ##"{"brand":"b1","campaign.id":7,"campaign.id#2":8}"##),
        (#"{"brand":"mine"}"#, #"{"brand":"b1","query.brand":"mine"}"#),
        (#"{"cid":"a","click":"b","clickid":"c"}"#, #"{"brand":"b1","click":"b","clickid":"c"}"#),
        (#"{"cid":null,"click":"","clickid":"c"}"#, #"{"brand":"b1"}"#),
        (#"{"items":[{"price":1,"cost":2,"id":"a","tag":"t"},{"cost":3}]}"#, #"{"brand":"b1","items[0].cost":2,"items[0].tag":"t"}"#),
        (#"{"key":"secret","CID":"x"}"#, #"{"CID":"x","brand":"b1"}"#),
        (#"{"n":1.50,"big":1e400}"#, #"{"big":1e400,"brand":"b1","n":1.50}"#),
    ])
    func `members that no field names are kept as they came`(body: String, extra: String) throws {
        #expect(try self.extra(read(body)) == extra)
    }

    @Test func `parameters beside a body are kept, each time they come`() throws {
        let conversion = try read(#"{"cid":"c"}"#, query: "key=k&utm=a&utm=b&cid=other¤cy=EUR")
        #expect(extra(conversion) == ##"{"brand":"b1","query.cid":"other","query.currency":"EUR","query.utm":"a","query.utm#2":"b"}"##)
        #expect(conversion.warnings == ["'¤cy' was read as '&currency': the sender's URL went through an HTML page"])
        #expect(conversion[.clickID] == .text("c"))
    }

    @Test func `parameters of a form that no field names are kept`() throws {
        let conversion = try read("cid=c&x=1&x=1&y=&key=k&event=buy", type: "application/x-www-form-urlencoded")
        #expect(extra(conversion) == #"{"brand":"b1","x":"1","y":""}"#)
        #expect(conversion[.eventName] == .text("buy"))
    }

    @Test func `a word that sets another field, and a macro, give warnings`() throws {
        let conversion = try Samples.read("rs-traffic", #"{"clickid":"c","event":"rejected","status":"approved","sub_id_1":"{sub1}"}"#)
            .get()
        #expect(
            conversion.warnings == [
                "sub_id_1 '{sub1}' is a macro that was not filled in; it counts as absent",
                "event 'rejected' means status 'rejected'; the status 'approved' sent with it was not followed",
            ])
        #expect(conversion[.eventName] == .text("rejected"))
    }

    @Test func `a closed list of words without values has the canonical words`() throws {
        #expect(try read(#"{"status":"pending_review"}"#)[.status] == .text("pending_review"))
        #expect(
            throws: Refusal(
                .invalid, field: "status", "status 'open' is not one of pending, pending_review, approved, rejected, refunded, chargeback")
        ) {
            try read(#"{"status":"open"}"#)
        }
    }

    /// Members by path, without those that say nothing.
    private static func leaves(_ value: JSONValue, _ path: String = "") -> [String] {
        switch value {
        case .object(let object): object.members.flatMap { leaves($0.value, path.isEmpty ? $0.key : "\(path).\($0.key)") }
        case .null, .string(""): []
        default: [path]
        }
    }

    @Test(arguments: Samples.names)
    func `every parameter of every example is found again`(name: String) throws {
        let mapping = try Samples.mapping(name)
        for example in mapping.examples where example.becomesConversion {
            guard let given = example.given else { continue }
            let values = mapping.request.path.match(given.path) ?? [:]
            let parsed = try mapping.parse(given, pathValues: values)
            let conversion = try MappingReader(mapping, settings: example.settings).read(parsed, as: Samples.identity)
            let body = try? JSONValue(parsing: given.body)
            let form = given.body.isEmpty ? Parameters(decoding: given.query) : Parameters(decoding: given.body)
            for parameter in body.map({ Self.leaves($0) }) ?? form.pairs.filter({ !$0.value.isBlank }).map(\.name) {
                let isField = mapping.path(ofWireName: parameter).map { !conversion[$0].isAbsent } ?? false
                let isMetadata = parameter.hasPrefix("metadata.") && !conversion.metadata.members.isEmpty
                let isKept = conversion.extra[parameter] != nil || parsed.secrets[parameter] != nil
                let isTold = conversion.warnings.contains { $0.hasPrefix("\(parameter) ") }
                let isList = (parameter == "items" || parameter.hasPrefix("items.")) && !conversion.items.isEmpty
                #expect(isField || isMetadata || isKept || isTold || isList, "\(example.name): \(parameter)")
            }
        }
    }
}
