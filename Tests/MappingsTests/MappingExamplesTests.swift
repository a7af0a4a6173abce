import Testing

@testable import Mappings

struct MappingExamplesTests {
    @Test func `every mapping that the binary carries compiles without a word`() {
        #expect(MappingCatalog.builtIn.diagnostics.sorted.map(\.description) == [])
        #expect(MappingCatalog.builtIn.mappings.count == MappingCatalog.builtInFiles.count)
    }

    @Test func `a mapping is found by the beginning of each of its paths`() {
        var owners: [String: Set<String>] = [:]
        for mapping in MappingCatalog.builtIn.mappings {
            let own =
                mapping.request.paths + [mapping.list?.path].compactMap(\.self)
                + mapping.messages.flatMap { $0.inbound?.request.paths ?? [] }
            for case .literal(let name)? in own.map(\.segments.first) { owners[name, default: []].insert(mapping.name) }
        }
        for (name, owners) in owners {
            let found = MappingCatalog.builtIn.mappings(withPath: "/" + name).map(\.name)
            #expect(owners.isSubset(of: found) && found == found.sorted(), "/\(name)")
        }
        #expect(MappingCatalog.builtIn.mappings(withPath: "/nobody-has-this").isEmpty)
    }

    @Test func `a file replaces the mapping of its name, and one with mistakes replaces none`() throws {
        var catalog = MappingCatalog.builtIn
        let names = catalog.names
        #expect(names == names.sorted() && catalog.mappings.map(\.name) == names)
        let found = catalog.add(MappingCatalog.File(path: "my/refersion.yaml", text: "tracker: 1\n"))
        #expect(found.hasErrors && catalog.diagnostics.sorted == found.sorted)
        #expect(catalog["refersion"]?.tracker == "Refersion")
        let file = try #require(MappingCatalog.builtInFiles.first { $0.name == "refersion" })
        let text = file.text.split(separator: "\n").map { $0.hasPrefix("tracker:") ? "tracker: Mine" : $0 }.joined(separator: "\n")
        #expect(!catalog.add(MappingCatalog.File(path: "my/refersion.yaml", text: text)).hasErrors)
        #expect(catalog["refersion"]?.tracker == "Mine")
        #expect(catalog.names == names && catalog.mappings.map(\.name) == names)
        #expect(catalog.mappings.filter { $0.tracker == "Mine" }.count == 1)
    }

    @Test(arguments: MappingCatalog.builtIn.mappings.map(\.name))
    func `every example of a mapping holds`(name: String) throws {
        let mapping = try #require(MappingCatalog.builtIn[name])
        let differences = ExampleRunner(mapping).run().flatMap(\.differences)
        #expect(differences.map(\.description).joined(separator: "\n") == "")
        let all = mapping.examples + mapping.messages.flatMap(\.examples)
        #expect(all.count >= 6)
        if mapping.sides.contains(.source) { #expect(all.contains { $0.error != nil }) }
        if mapping.sides == [.destination] { #expect(all.contains { $0.skips != nil }) }
        #expect(mapping.examples.filter(\.isSample).count == 1)
    }

    @Test(arguments: Converters.all.map(\.name))
    func `every example of a converter holds`(name: String) throws {
        let converter = try #require(Converters.named(name))
        #expect(!converter.examples.isEmpty)
        for example in converter.examples {
            let words = converter.parameters.map { known in example.parameters.first { known.contains($0) } ?? known[0] }
            var context = ConverterContext(currency: example.currency.flatMap { Currency(code: $0) })
            let wire = WireValue(example.wire)
            let outcome = Result { () throws(FieldFailure) in try converter.make(words).read(wire, &context).description }
            #expect(outcome == example.reads)
        }
    }
}
