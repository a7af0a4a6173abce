import Foundation
import PackagePlugin

/// Writes `mappings/*.yaml` and `examples/demo.yaml` into one Swift source, so that the binary carries them and runs from any folder.
///
/// The folder is listed at each build: a new tracker is a new file, and no list names it.
@main
struct EmbedMappings: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let folder = root.appending(path: "mappings")
        let mappings = try FileManager.default
            .contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "yaml" }
            .sorted { $0.path < $1.path }
        let demo = root.appending(path: "examples").appending(path: "demo.yaml")
        let output = context.pluginWorkDirectoryURL.appending(path: "BuiltInFiles.swift")
        let script = """
            set -eu
            out=$1; demo=$2; shift 2
            literal() { printf '#####"\"\"\\n'; cat "$1"; printf '\\n"\"\"#####'; }
            {
              printf '// Generated from mappings/ and examples/demo.yaml at each build.\\n'
              printf 'enum BuiltInFiles {\\n  static let mappings: [(name: String, text: String)] = [\\n'
              for file in "$@"; do
                printf '("%s", ' "$(basename "$file")"; literal "$file"; printf '),\\n'
              done
              printf ']\\nstatic let demo = '; literal "$demo"; printf '\\n}\\n'
            } > "$out"
            """
        return [
            .buildCommand(
                displayName: "Embedding \(mappings.count) mappings",
                executable: URL(fileURLWithPath: "/bin/sh"),
                arguments: ["-c", script, "embed", output.path, demo.path] + mappings.map(\.path),
                inputFiles: mappings + [demo],
                outputFiles: [output]
            )
        ]
    }
}
