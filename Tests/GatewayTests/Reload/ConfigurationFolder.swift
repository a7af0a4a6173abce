import Foundation

@testable import Gateway

/// A temporary folder with the files of a configuration; it goes at the end.
struct ConfigurationFolder {
    let path: String
    var configuration: String { "\(path)/gateway.yaml" }

    static func use<Result>(_ body: (ConfigurationFolder) async throws -> Result) async throws -> Result {
        let url = FileManager.default.temporaryDirectory.appending(path: "gateway-reload-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(Self(path: url.path))
    }

    func write(_ text: String, to name: String = "gateway.yaml") throws {
        let url = URL(filePath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

    var reading: ConfigurationReading { ConfigurationReading(path: configuration) }

    /// A source for each name, and other keys.
    static func text(_ sources: String..., more: String = "") -> String {
        let lines = sources.map { "  \($0): { tracker: refcampaign, credentials: { api_key: key-of-\($0) } }\n" }
        return (lines.isEmpty ? "" : "sources:\n") + lines.joined() + more
    }
}
