import Foundation
import Mappings

/// What `--verbose` says on standard error: where a command looks.
enum LookedAt {
    /// - Parameter isConfigured: whether the configuration can be used.
    static func complain(_ option: StoreOption, _ location: StoreLocation, isConfigured: Bool) {
        let file = path(option.configuration.config)
        if let variables = option.configuration.environment.file { Terminal.complain("environment variables: \(path(variables))") }
        Terminal.complain(isConfigured ? "configuration: \(file)" : "configuration: none, because \(file) is missing or has mistakes")
        switch location {
        case .sqlite(let file):
            let bytes = (try? FileManager.default.attributesOfItem(atPath: file))?[.size] as? Int
            Terminal.complain("store: \(path(file))" + (bytes.map { ", \(ByteSize.text($0))" } ?? ""))
        case .postgres(let address): Terminal.complain("store: \(address)")
        }
    }

    private static func path(_ file: String) -> String { URL(filePath: file).standardizedFileURL.path }
}

extension StoreOption {
    /// For `--verbose`, of a list.
    func tellSpan(_ page: PageOptions, by date: DateChoice = .received) { tellSpan(page.since, page.until, by: date) }

    func tellSpan(_ since: TimeOption?, _ until: TimeOption?, by date: DateChoice) {
        guard verbose else { return }
        let parts = [since.map { "from \($0.time.shown)" }, until.map { "before \($0.time.shown)" }].compactMap { $0 }
        Terminal.complain("time: " + (parts.isEmpty ? "all" : "\(date.rawValue) \(parts.joined(separator: ", "))"))
    }
}
