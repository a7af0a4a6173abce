import ArgumentParser

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
            CommandGroup(name: "KEEP IN ORDER", subcommands: [Doctor.self, Prune.self, Forget.self]),
        ]
    )

    static let version = "0.1.0"
}
