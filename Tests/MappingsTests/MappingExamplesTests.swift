import Testing

@testable import Mappings

struct MappingExamplesTests {
    @Test func `every mapping that the binary carries compiles without a word`() {
        #expect(MappingCatalog.builtIn.diagnostics.sorted.map(\.description) == [])
        #expect(MappingCatalog.builtIn.mappings.count == MappingCatalog.builtInFiles.count)
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
