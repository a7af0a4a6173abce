import ArgumentParser
import Foundation
import Mappings

/// What a person may have meant with a word that the command line does not take.
enum UsageMistake {
    /// The library's message, with a better sentence if there is one.
    static func message(for error: any Error, _ arguments: [String]) -> String? {
        let message = GatewayCommand.fullMessage(for: error)
        guard let start = message.firstRange(of: "Unexpected argument '"), let end = message[start.upperBound...].firstIndex(of: "'") else {
            return nil
        }
        let word = String(message[start.upperBound..<end])
        guard let sentence = sentence(for: word, arguments) else { return nil }
        return message.replacing("Unexpected argument '\(word)'", with: sentence, maxReplacements: 1)
    }

    private static func sentence(for word: String, _ arguments: [String]) -> String? {
        var path: [String] = []
        var command: any ParsableCommand.Type = GatewayCommand.self
        for argument in arguments {
            guard let next = command.configuration.subcommands.first(where: { $0._commandName == argument }) else { break }
            path.append(argument)
            command = next
        }
        let names = command.configuration.subcommands.map { $0._commandName }
        if arguments.dropFirst(path.count).first == word, let name = word.nearest(in: names) {
            return
                "there is no command '\((path + [word]).joined(separator: " "))'; did you mean '\((path + [name]).joined(separator: " "))'?"
        }
        guard word.hasSuffix(".yaml") || word.hasSuffix(".yml") else { return nil }
        let others = arguments.filter { $0 != word }
        return "a configuration is named by --config; write gateway \((others + ["--config", word]).joined(separator: " "))"
    }
}
