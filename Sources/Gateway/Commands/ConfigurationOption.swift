import ArgumentParser
import Foundation
import Mappings

/// `--config FILE`, shared by the commands that need one.
struct ConfigurationOption: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The configuration file.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var config = Self.usual

    @OptionGroup var environment: EnvironmentFileOption

    static let usual = "gateway.yaml"

    /// With the file that an argument names.
    func replaced(by file: String?) throws -> Self {
        guard let file else { return self }
        guard config == Self.usual || config == file else {
            throw ValidationError("--config names '\(config)', and the argument '\(file)'; keep one")
        }
        var option = self
        option.config = file
        return option
    }

    /// Shows everything that is wrong and ends with 78 if the file cannot be used. Warnings are for `check` and `serve` to show.
    func load() throws -> Configuration { try load(for: .everything) }

    /// The same without what the command does not need; a note says which environment variables are missing.
    func load(for need: ConfigurationNeed) throws -> Configuration {
        try environment.take()
        let configuration = try Self.load(config, for: need)
        let missing = configuration.missingVariables
        guard !missing.isEmpty else { return configuration }
        let are =
            missing.count == 1
            ? "the environment variable \(missing[0]) is" : "the environment variables \(missing.joined(separator: ", ")) are"
        Terminal.complain("note: \(are) not set; this command does without; --env-file FILE sets variables")
        return configuration
    }

    /// The same with what it was read from, so that it can be read again.
    func read() throws -> (reading: ConfigurationReading, configuration: Configuration) {
        try environment.take()
        let reading = ConfigurationReading(path: config)
        guard let configuration = reading.configuration else {
            Terminal.complain(reading.diagnostics.sorted.map(\.description))
            throw ExitStatus.badConfiguration
        }
        return (reading, configuration)
    }

    static func load(_ path: String, for need: ConfigurationNeed = .everything) throws -> Configuration {
        do throws(DiagnosticsError) {
            return try Configuration.load(path: path, for: need)
        } catch {
            Terminal.complain(error.diagnostics.map(\.description))
            throw ExitStatus.badConfiguration
        }
    }
}

enum ExitStatus {
    static let findings = ExitCode(1)
    static let usage = ExitCode(64)
    static let badConfiguration = ExitCode(78)
}
