/// The manual page of a program: its help as `man` reads it, in the macros that groff and mandoc both know.
///
/// An option that many commands take alike is described once.
struct ManualPage {
    let tree: HelpTree
    let version: String
    /// `2026-11-28`.
    let day: String

    /// Commands that take an option before it is described apart from them.
    private static let many = 4

    var text: String {
        var lines = [".TH \(Self.quoted(tree.name.uppercased())) 1 \(day) \(Self.quoted("\(tree.name) \(version)"))"]
        lines += section("NAME", Self.wrapped(Self.escaped(tree.name) + " \\- " + Self.escaped(tree.abstract.asPhrase)))
        lines += section("SYNOPSIS", [".B \(Self.escaped(tree.name))", "\\fIcommand\\fR [\\fIoptions\\fR]"])
        lines += section("DESCRIPTION", Self.paragraphs(tree.discussion))
        lines += section("COMMANDS", [])
        for command in commands { lines += self.lines(of: command) }
        lines += section("OPTIONS OF MANY COMMANDS", shared.flatMap(Self.item))
        lines += section("EXIT STATUS", Self.table(Self.statuses))
        lines += section("ENVIRONMENT", Self.table(Self.variables))
        lines += section("FILES", Self.table(Self.files))
        return lines.joined(separator: "\n") + "\n"
    }

    private static let statuses = [
        ("0", "Done."), ("1", "The command found something, or failed."), ("64", "It was called in a wrong way."),
        ("78", "The configuration is impossible to use."),
    ]
    private static let variables = [
        ("TZ", "The zone in which times are read and shown."), ("COLUMNS", "How wide the terminal is, instead of what it says itself."),
        ("NO_COLOR", "If it is set, nothing is coloured."),
        ("PGPASSWORD, PGPASSFILE", "For a store in PostgreSQL, as libpq reads them."),
    ]
    private static let files = [
        ("gateway.yaml", "The configuration, in the current folder unless --config names another."),
        ("gateway.db, gateway.db-wal, gateway.db-shm, gateway.db.lock", "A store in SQLite, at the place that the configuration names."),
    ]

    // MARK: Commands

    private var commands: [HelpTree] { tree.all.filter { $0.subcommands.isEmpty } }

    private var shared: [HelpTree.Argument] {
        var counts: [HelpTree.Argument: Int] = [:]
        var found: [HelpTree.Argument] = []
        for argument in commands.flatMap(\.arguments) where !argument.isPositional {
            counts[argument, default: 0] += 1
            if counts[argument] == Self.many { found.append(argument) }
        }
        return found
    }

    private func lines(of command: HelpTree) -> [String] {
        let name = command.name.split(separator: " ").dropFirst().joined(separator: " ")
        let shared = Set(shared)
        var lines = [".SS \(Self.quoted(name))", ".B \(Self.escaped(command.name))"]
        lines += command.arguments.map { Self.escaped($0.inSynopsis) }
        lines += [".PP"] + Self.paragraphs(command.abstract)
        // What is said above its subcommands is about the one that is meant if none is named.
        let above = tree.all.first { $0.subcommands.first?.name == command.name && $0.name != tree.name }
        for text in [above?.discussion ?? "", command.discussion] where !text.isEmpty { lines += [".PP"] + Self.paragraphs(text) }
        return lines + command.arguments.filter { !shared.contains($0) }.flatMap(Self.item)
    }

    private static func item(_ argument: HelpTree.Argument) -> [String] {
        let initial = argument.initial.map { " (default: \($0))" } ?? ""
        return [".TP", ".B \(escaped(argument.usage))"] + paragraphs(argument.text + initial)
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        [".SH \(title.contains(" ") ? Self.quoted(title) : title)"] + lines
    }

    private static func table(_ rows: [(String, String)]) -> [String] {
        rows.flatMap { [".TP", ".B \(escaped($0.0))"] + wrapped(escaped($0.1)) }
    }

    // MARK: Text

    /// A blank line begins a paragraph, and what is between grave accents is bold.
    private static func paragraphs(_ text: String) -> [String] {
        var lines: [String] = []
        for (index, paragraph) in text.split(separator: "\n\n").enumerated() {
            if index > 0 { lines.append(".PP") }
            for (index, line) in paragraph.split(separator: "\n").enumerated() {
                if index > 0 { lines.append(".br") }
                let parts = line.split(separator: "`", omittingEmptySubsequences: false)
                let text = parts.enumerated().map { $0 % 2 == 1 ? "\\fB\(escaped(String($1)))\\fR" : escaped(String($1)) }
                lines += wrapped(text.joined())
            }
        }
        return lines
    }

    /// Lines as mandoc likes them. A dot at the beginning of a line would be a command.
    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= 78 {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(word.hasPrefix(".") ? "\\&" + word : String(word))
            }
        }
        return lines
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "\\": escaped += "\\e"
            case "-": escaped += "\\-"
            case "'": escaped += "\\(aq"
            case "\"": escaped += "\\(dq"
            case "^": escaped += "\\(ha"
            case "~": escaped += "\\(ti"
            default: escaped.append(character)
            }
        }
    }

    private static func quoted(_ text: String) -> String { "\"\(escaped(text))\"" }
}

extension String {
    /// Without its capital and its full stop.
    fileprivate var asPhrase: String { prefix(1).lowercased() + dropFirst().prefix(count - (last == "." ? 2 : 1)) }
}
