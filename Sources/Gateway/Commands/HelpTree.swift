import ArgumentParser
import Mappings

/// A command with its options and subcommands, as `--help` has them.
struct HelpTree {
    struct Argument: Hashable {
        /// `--since <time>`, `<id>`.
        var usage: String
        var isPositional: Bool
        var isOptional: Bool
        var text: String
        var initial: String?

        /// `[--since <time>]`, `<id>`.
        var inSynopsis: String { isOptional ? "[\(usage)]" : usage }
    }

    var name: String
    var abstract: String
    var discussion: String
    /// Without those that every command has.
    var arguments: [Argument]
    var subcommands: [HelpTree]

    /// Of the whole program. ArgumentParser gives it as JSON, for its own tools too.
    static let gateway = (try? JSONValue(parsing: Array(GatewayCommand._dumpHelp().utf8)))?["command"].map { HelpTree($0) }

    private init(_ command: JSONValue, below parent: String? = nil) {
        let name = [parent, command["commandName"]?.plainText].compactMap { $0 }.joined(separator: " ")
        self.name = name
        abstract = command["abstract"]?.plainText ?? ""
        discussion = command["discussion"]?.plainText ?? ""
        arguments = command.elements("arguments").compactMap(Argument.init).filter { !["--help", "--version"].contains($0.usage) }
        subcommands = command.elements("subcommands").filter { $0["commandName"]?.plainText != "help" }.map { HelpTree($0, below: name) }
    }

    /// This command and all below it, in their order.
    var all: [HelpTree] { [self] + subcommands.flatMap(\.all) }
}

extension HelpTree.Argument {
    fileprivate init?(_ argument: JSONValue) {
        guard argument["shouldDisplay"] == .bool(true), let kind = argument["kind"]?.plainText else { return nil }
        let value = argument["valueName"]?.plainText ?? "value"
        let names = argument.elements("names").compactMap { name in
            name["name"]?.plainText.map { (name["kind"]?.plainText == "short" ? "-" : "--") + $0 }
        }
        isPositional = kind == "positional"
        isOptional = argument["isOptional"] == .bool(true)
        let isRepeating = argument["isRepeating"] == .bool(true)
        let name = names.last ?? ""
        usage = (isPositional ? "<\(value)>" : kind == "flag" ? name : "\(name) <\(value)>") + (isRepeating ? " …" : "")
        text = argument["abstract"]?.plainText ?? ""
        initial = argument["defaultValue"]?.plainText
    }
}

extension JSONValue {
    fileprivate func elements(_ name: String) -> [JSONValue] { if case .array(let elements)? = self[name] { elements } else { [] } }
}
