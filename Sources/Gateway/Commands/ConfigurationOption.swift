import ArgumentParser
import Foundation
import Mappings

/// `--config FILE`, shared by the commands that need one.
struct ConfigurationOption: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config = "gateway.yaml"

    /// Shows everything that is wrong and ends with 78 where the file cannot be used; warnings are shown and passed.
    func load() throws -> Configuration { try Self.load(config) }

    static func load(_ path: String) throws -> Configuration {
        do throws(DiagnosticsError) {
            let configuration = try Configuration.load(path: path)
            configuration.warnings.forEach { Terminal.complain($0.description) }
            return configuration
        } catch {
            error.diagnostics.forEach { Terminal.complain($0.description) }
            throw ExitStatus.badConfiguration
        }
    }
}

enum ExitStatus {
    static let findings = ExitCode(1)
    static let usage = ExitCode(64)
    static let badConfiguration = ExitCode(78)
}
