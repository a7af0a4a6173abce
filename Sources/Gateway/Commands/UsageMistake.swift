import ArgumentParser
import Foundation
import Mappings

/// What a person may have meant with a word that the command line does not take.
enum UsageMistake {
    /// The library's message, with a better sentence if there is one.
    static func message(for error: any Error, _ arguments: [String]) -> String? {
        var lines = GatewayCommand.fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let sentence = sentence(for: lines[0], arguments) else { return nil }
        lines[0] = "Error: " + sentence
        return lines.joined(separator: "\n")
    }

    private static func sentence(for complaint: String, _ arguments: [String]) -> String? {
        let alone = "Error: Unexpected argument '"
        guard complaint.hasPrefix(alone) else {
            // The words and options behind a mistyped command are then those of another.
            let isOfCommand = complaint.hasPrefix("Error: Unknown option '") || complaint.contains(/^Error: \d+ unexpected arguments: '/)
            return isOfCommand ? command(nearTo: arguments) : nil
        }
        let word = String(complaint.dropFirst(alone.count).prefix { $0 != "'" })
        if let sentence = command(nearTo: arguments) { return sentence }
        guard word.hasSuffix(".yaml") || word.hasSuffix(".yml") else { return nil }
        let others = arguments.filter { $0 != word }
        return "a configuration is named by --config; write gateway \((others + ["--config", word]).joined(separator: " "))"
    }

    /// If the first word that names no command looks like one.
    private static func command(nearTo arguments: [String]) -> String? {
        var path: [String] = []
        var command: any ParsableCommand.Type = GatewayCommand.self
        for argument in arguments {
            guard let next = command.configuration.subcommands.first(where: { $0._commandName == argument }) else { break }
            path.append(argument)
            command = next
        }
        let names = command.configuration.subcommands.map { $0._commandName }
        guard arguments.count > path.count, let name = arguments[path.count].nearest(in: names) else { return nil }
        let written = (path + [arguments[path.count]]).joined(separator: " ")
        return "there is no command '\(written)'; did you mean '\((path + [name]).joined(separator: " "))'?"
    }
}
