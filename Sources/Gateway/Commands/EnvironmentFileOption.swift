import ArgumentParser
import Foundation

/// `--env-file FILE`, for every command that reads a configuration.
struct EnvironmentFileOption: ParsableArguments {
    @Option(
        name: .customLong("env-file"),
        help: ArgumentHelp(
            "Sets environment variables first: NAME=VALUE lines, as systemd's EnvironmentFile has them. They replace those of the same name.",
            valueName: "file"), completion: .file())
    var file: String?

    /// Puts them into the environment of this process, where the configuration and libpq look. Ends the command with a sentence if the file
    /// cannot be used. To be called before anything runs beside it.
    func take() throws {
        guard let file else { return }
        do {
            let text = try ConfigurationFile.read(file)
            for variable in try EnvironmentFile(parsing: text).variables { setenv(variable.name, variable.value, 1) }
        } catch let failure as EnvironmentFile.Failure {
            Terminal.complain("\(file):\(failure.line): error: \(failure.message)")
            throw ExitStatus.badConfiguration
        } catch {
            switch error as? ConfigurationFile.Failure {
            case .unreadable(let reason): Terminal.complain("the file '\(file)' of --env-file cannot be read: \(reason)")
            default: Terminal.complain("there is no file '\(file)', as --env-file names it")
            }
            throw ExitStatus.badConfiguration
        }
    }
}
