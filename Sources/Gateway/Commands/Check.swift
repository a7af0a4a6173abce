import ArgumentParser
import Foundation
import Mappings

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows everything that is wrong with a configuration and with mapping files.",
        discussion: """
            A file with sources, destinations or routes is checked as a configuration, any other as a mapping. Without arguments the current folder's gateway.yaml is checked, with the mappings that it names; if there is none, the \
            mappings that the binary carries. Prints file:line:column: error: … for each mistake, all at once. Ends with 1 if there is \
            an error.
            """
    )

    @Option(name: .long, help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    @OptionGroup var environment: EnvironmentFileOption

    @Argument(help: ArgumentHelp("Configurations, mapping files, or folders of them.", valueName: "file"))
    var files: [String] = []

    func run() throws {
        try environment.take()
        var diagnostics = Diagnostics()
        var subjects: [String] = []
        if let config = config ?? (files.isEmpty && FileManager.default.fileExists(atPath: "gateway.yaml") ? "gateway.yaml" : nil) {
            diagnostics.append(contentsOf: Configuration.check(path: config))
            subjects.append(config)
        }
        for file in try MappingFiles.read(files) {
            subjects.append(file.path)
            if ConfigurationFile.isConfiguration(text: file.text) {
                diagnostics.append(contentsOf: Configuration.check(path: file.path))
                continue
            }
            let (mapping, found) = MappingCompiler.compile(file.text, name: file.name, file: file.path)
            diagnostics.append(contentsOf: found)
            if let only = mapping?.onlySides { subjects[subjects.count - 1] += " (\(only))" }
        }
        if subjects.isEmpty {
            diagnostics.append(contentsOf: MappingCatalog.builtIn.diagnostics)
            subjects = MappingCatalog.builtIn.names.map { "\($0) (built in)" }
        }
        for diagnostic in diagnostics.sorted {
            Terminal.complain(diagnostic.description.styled(diagnostic.severity == .error ? .red : .yellow))
        }
        if diagnostics.hasErrors { throw ExitStatus.findings }
        Terminal.print("ok: \(subjects.joined(separator: ", "))")
    }
}

/// Mapping files named on a command line; a folder means the `*.yaml` files in it.
enum MappingFiles {
    static func read(_ paths: [String]) throws -> [MappingCatalog.File] {
        try paths.flatMap { path -> [MappingCatalog.File] in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw ValidationError("there is no file or folder '\(path)'")
            }
            guard isFolder.boolValue else { return [try file(path)] }
            let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".yaml") }.sorted()
            return try names.map { try file(path.hasSuffix("/") ? path + $0 : "\(path)/\($0)") }
        }
    }

    private static func file(_ path: String) throws -> MappingCatalog.File {
        guard let data = FileManager.default.contents(atPath: path) else { throw ValidationError("'\(path)' cannot be read") }
        guard let text = String(validating: data, as: UTF8.self) else { throw ValidationError("'\(path)' is not UTF-8") }
        return MappingCatalog.File(path: path, text: text)
    }
}
