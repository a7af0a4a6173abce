import ArgumentParser
import Mappings

struct TestExamples: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Runs the examples of mapping files and shows differences field by field.",
        discussion: "Without arguments the mappings that the binary carries are tested. Ends with 1 if an example fails."
    )

    @Argument(help: ArgumentHelp("Mapping files, folders of them, or names of built-in mappings.", valueName: "mapping"))
    var mappings: [String] = []

    func run() throws {
        var differences: [Diagnostic] = []
        for mapping in try compiled() {
            let reports = ExampleRunner(mapping).run()
            let failed = reports.filter { !$0.differences.isEmpty }
            differences += failed.flatMap(\.differences)
            let line = "\(mapping.name): \(reports.count - failed.count) of \(reports.count) examples hold"
            Terminal.print(line.styled(failed.isEmpty ? .green : .red))
        }
        Terminal.complain(differences.map(\.description))
        if !differences.isEmpty { throw ExitStatus.findings }
    }

    private func compiled() throws -> [Mapping] {
        guard !mappings.isEmpty else { return MappingCatalog.builtIn.mappings }
        let (names, paths) = (mappings.filter { MappingCatalog.builtIn[$0] != nil }, mappings.filter { MappingCatalog.builtIn[$0] == nil })
        var diagnostics = Diagnostics()
        var found = names.compactMap { MappingCatalog.builtIn[$0] }
        for file in try MappingFiles.read(paths) {
            let (mapping, mistakes) = MappingCompiler.compile(file.text, name: file.name, file: file.path)
            diagnostics.append(contentsOf: mistakes)
            if let mapping { found.append(mapping) }
        }
        Terminal.complain(diagnostics.sorted.map(\.description))
        if diagnostics.hasErrors { throw ExitStatus.findings }
        return found
    }
}
