import ArgumentParser

struct Completions: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints a script with which a shell completes commands and options.",
        discussion: """
            For bash: gateway completions bash > /etc/bash_completion.d/gateway
            For zsh: gateway completions zsh > /usr/local/share/zsh/site-functions/_gateway
            For fish: gateway completions fish > ~/.config/fish/completions/gateway.fish
            """
    )

    enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        guard let shell = CompletionShell(rawValue: shell.rawValue) else { return }
        Terminal.printRaw(GatewayCommand.completionScript(for: shell) + "\n")
    }
}
