import Foundation
import Mappings

/// A configuration as it was read, whether it can be used or not, and what it was read from.
struct ConfigurationReading: Sendable {
    var configuration: Configuration?
    var diagnostics: Diagnostics
    var files: WatchedFiles
}

extension ConfigurationReading {
    /// With the environment of this process.
    init(path: String) {
        var files = WatchedFiles()
        let (configuration, diagnostics) = ConfigurationLoader.load(
            path: path, environment: ProcessInfo.processInfo.environment,
            readFile: { path in
                files.add(file: path)
                return try ConfigurationFile.read(path)
            },
            listFolder: { path in
                files.add(folder: path)
                return try ConfigurationFile.list(path)
            },
            eachLine: { path, body in
                files.add(file: path)
                try ConfigurationFile.eachLine(path, body)
            })
        self.configuration = configuration
        self.diagnostics = diagnostics
        self.files = files
    }
}
