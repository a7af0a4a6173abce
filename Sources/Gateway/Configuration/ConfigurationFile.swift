import Foundation

/// Reads the files that a configuration is made of.
enum ConfigurationFile {
    enum Failure: Error, Equatable {
        case missing
        /// The reason, as the end of a sentence.
        case unreadable(String)
    }

    static func read(_ path: String) throws(Failure) -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw .missing }
        if isFolder.boolValue { throw .unreadable("it is a folder") }
        guard let data = FileManager.default.contents(atPath: path) else { throw .unreadable("this user may not read it") }
        guard let text = String(validating: data, as: UTF8.self) else { throw .unreadable("it is not UTF-8 text") }
        return text
    }

    /// The names in a folder, without the folder.
    static func list(_ path: String) throws(Failure) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw .missing }
        guard isFolder.boolValue else { throw .unreadable("it is a file") }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { throw .unreadable("this user may not read it") }
        return names
    }
}
