import ArgumentParser
import Foundation

@main
struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Takes affiliate conversions in any tracker's dialect and sends each to every tracker that needs it.",
        discussion: """
            Senders post to the gateway as they would to their tracker; each request becomes one exact conversion, is on disk before it is \
            answered, and is forwarded to each destination until that has answered.

            Start with `gateway demo`.
            """,
        version: Self.version,
        groupedSubcommands: [
            CommandGroup(name: "RUN", subcommands: [Demo.self, Serve.self, SandboxCommand.self, Migrate.self]),
            CommandGroup(name: "WRITE AND CHECK", subcommands: [Check.self, TestExamples.self, Explain.self]),
            CommandGroup(name: "GOVERN", subcommands: [Status.self, Destinations.self, Pause.self, Resume.self]),
            CommandGroup(
                name: "FIND AND REPAIR",
                subcommands: [Find.self, Conversions.self, Deliveries.self, Refused.self, SumsCommand.self, Replay.self]),
            CommandGroup(
                name: "KEEP IN ORDER", subcommands: [Doctor.self, Password.self, Prune.self, Forget.self, Completions.self, Manual.self]),
        ]
    )

    static let version = "0.1.0"

    /// ArgumentParser's own `main`, but for where errors are printed, since one may quote what somebody sent, and for what is said of a wrong name.
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            var command = try await asyncParseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
        } catch {
            if let message = UsageMistake.message(for: error, arguments) {
                Terminal.complain(message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
                exit(withError: ExitStatus.usage)
            }
            let status = exitCode(for: error)
            // Help, the version, a completion script.
            if status.isSuccess { exit(withError: error) }
            let text = fullMessage(for: error, columns: nil)
            if !text.isEmpty { Terminal.complain(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)) }
            exit(withError: status)
        }
    }
}
