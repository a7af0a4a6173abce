/// All trackers that are known: those the binary carries, and those of a folder, which replace carried ones of the same name.
package struct MappingCatalog: Sendable {
    package private(set) var mappings: [Mapping] = []
    package private(set) var diagnostics = Diagnostics()

    package init() {}

    /// A mapping file's text with the name that diagnostics show.
    package struct File: Sendable {
        package var path: String
        package var text: String

        package init(path: String, text: String) {
            self.path = path
            self.text = text
        }

        /// The file's name without folder and extension.
        package var name: String {
            let last = path.split(separator: "/").last.map(String.init) ?? path
            return last.hasSuffix(".yaml") ? String(last.dropLast(5)) : last
        }
    }

    /// The files that the binary carries.
    package static let builtInFiles: [File] = BuiltInFiles.mappings.map { File(path: "mappings/\($0.name)", text: $0.text) }

    /// The configuration of the demo.
    package static let demoConfiguration = BuiltInFiles.demo

    package static let builtIn: MappingCatalog = {
        var catalog = MappingCatalog()
        for file in builtInFiles { catalog.add(file) }
        return catalog
    }()

    /// Compiles a file and puts it in place of one of the same name. A file with mistakes adds to `diagnostics` and nothing else.
    package mutating func add(_ file: File) {
        let (mapping, found) = MappingCompiler.compile(file.text, name: file.name, file: file.path)
        diagnostics.append(contentsOf: found)
        guard let mapping else { return }
        mappings.removeAll { $0.name == mapping.name }
        mappings.append(mapping)
        mappings.sort { $0.name < $1.name }
    }

    package subscript(_ name: String) -> Mapping? { mappings.first { $0.name == name } }

    package var names: [String] { mappings.map(\.name) }
}
