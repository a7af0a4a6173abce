import ArgumentParser
import Foundation

struct Password: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints what a configuration keeps of a console user's password.",
        discussion: """
            Asks for the password on a terminal, without showing it, or reads one line from standard input. What it prints goes into the \
            configuration: console: { users: { NAME: { password: HASH, role: operator } } }. The password itself is nowhere.
            """)

    /// A password that is shorter is guessed.
    private static let shortest = 10

    func run() throws {
        let password = isatty(STDIN_FILENO) == 1 ? try ask() : readLine(strippingNewline: true) ?? ""
        guard password.count >= Self.shortest else {
            Terminal.complain("a password needs at least \(Self.shortest) characters, found \(password.count)")
            throw ExitStatus.usage
        }
        Terminal.print("\(try PasswordHash(of: password))")
    }

    private func ask() throws -> String {
        guard let first = Self.secretLine("Password: "), let second = Self.secretLine("Once more: ") else { throw ExitStatus.usage }
        guard first == second else {
            Terminal.complain("the two are different; nothing was made of them")
            throw ExitStatus.usage
        }
        return first
    }

    /// Typed without being shown.
    private static func secretLine(_ prompt: String) -> String? {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { return nil }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            try? FileHandle.standardError.write(contentsOf: Data("\n".utf8))
        }
        try? FileHandle.standardError.write(contentsOf: Data(prompt.utf8))
        return readLine(strippingNewline: true)
    }
}
