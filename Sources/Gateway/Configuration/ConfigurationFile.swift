import Foundation
import Mappings

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

    /// Whether a file of this text is meant as a configuration: its top level has what no mapping has. Also if the YAML is broken further down.
    static func isConfiguration(text: String) -> Bool {
        let keys = ["sources", "destinations", "routes"]
        var ignored = Diagnostics()
        if let entries = YAMLReader.read(text, file: "", into: &ignored)?.entries {
            return entries.contains { keys.contains($0.key.scalar ?? "") }
        }
        return text.split(whereSeparator: \.isNewline).contains { line in keys.contains { line.hasPrefix("\($0):") } }
    }

    /// False for a file that cannot be read.
    static func isConfiguration(_ path: String) -> Bool { (try? read(path)).map { isConfiguration(text: $0) } ?? false }

    /// Calls with each line that is not blank, without the white space around it; a file of any size takes a megabyte at a time.
    static func eachLine(_ path: String, _ body: (UnsafeRawBufferPointer) -> Void) throws(Failure) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw .missing }
        if isFolder.boolValue { throw .unreadable("it is a folder") }
        guard let file = FileHandle(forReadingAtPath: path) else { throw .unreadable("this user may not read it") }
        defer { try? file.close() }
        var rest = Data()
        do {
            while let part = try file.read(upToCount: 1 << 20), !part.isEmpty {
                let text = rest + part
                let end = text.lastIndex(of: UInt8(ascii: "\n")) ?? text.startIndex
                lines(of: text[..<end], body)
                rest = text[end...]
            }
        } catch {
            throw .unreadable("\(error)")
        }
        lines(of: rest, body)
    }

    private static func lines(of text: Data, _ body: (UnsafeRawBufferPointer) -> Void) {
        text.withUnsafeBytes { bytes in
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                var line = line
                while let first = line.first, first <= 0x20 { line.removeFirst() }
                while let last = line.last, last <= 0x20 { line.removeLast() }
                if !line.isEmpty { body(UnsafeRawBufferPointer(rebasing: line)) }
            }
        }
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
