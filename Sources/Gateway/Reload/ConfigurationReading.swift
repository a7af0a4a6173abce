import Foundation
import Mappings

/// A configuration as it was read, whether it can be used or not, and what it was read from.
struct ConfigurationReading: Sendable {
    var configuration: Configuration?
    var diagnostics: Diagnostics
    var files: WatchedFiles
    /// Of the configuration file and its mappings, by path; they may hold secrets.
    var texts: [String: String] = [:]
}

extension ConfigurationReading {
    /// With the environment of this process.
    init(path: String, for need: ConfigurationNeed = .everything) {
        var files = WatchedFiles()
        var texts: [String: String] = [:]
        let (configuration, diagnostics) = ConfigurationLoader.load(
            path: path, environment: ProcessInfo.processInfo.environment,
            readFile: { path in
                files.add(file: path)
                let text = try ConfigurationFile.read(path)
                texts[path] = text
                return text
            },
            listFolder: { path in
                files.add(folder: path)
                return try ConfigurationFile.list(path)
            },
            eachLine: { path, body in
                files.add(file: path)
                try ConfigurationFile.eachLine(path, body)
            }, for: need)
        self.init(configuration: configuration, diagnostics: diagnostics, files: files, texts: texts)
    }

    /// Why a file of `next` looks as if it was not written to its end, compared with the same file here. A part of a sentence; nil if none does.
    func cut(in next: Self) -> String? {
        for (path, text) in next.texts.sorted(by: { $0.key < $1.key }) {
            guard let before = texts[path], before != text else { continue }
            let (old, new) = (before.utf8.withoutSpaceAtEnd, text.utf8.withoutSpaceAtEnd)
            if new.count < old.count, old.starts(with: new) { return "'\(path)' is only the beginning of what it was" }
            if before.last?.isNewline == true, text.last?.isNewline == false {
                return "'\(path)' ends amid a line, which it did not before"
            }
        }
        return nil
    }
}

extension String.UTF8View {
    fileprivate var withoutSpaceAtEnd: SubSequence {
        var text = self[...]
        while let last = text.last, last <= 0x20 { text.removeLast() }
        return text
    }
}
