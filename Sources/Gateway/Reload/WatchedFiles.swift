import Foundation

/// The files that a configuration was read from, and how they looked just before.
struct WatchedFiles: Sendable {
    private(set) var seen = Look()

    /// Call it before the file is read, so that a change in between is noticed later.
    mutating func add(file path: String) { seen.files.updateValue(Self.stamp(path), forKey: path) }
    mutating func add(folder path: String) { seen.folders[path] = Self.mappings(in: path) }

    func union(_ other: Self) -> Self {
        var all = self
        all.seen.files.merge(other.seen.files) { $1 }
        all.seen.folders.merge(other.seen.folders) { $1 }
        return all
    }

    /// How they look now: different whenever one of them was written, replaced or removed, or a mapping came to a folder.
    var look: Look {
        var look = Look()
        for path in seen.files.keys { look.files.updateValue(Self.stamp(path), forKey: path) }
        for folder in seen.folders.keys { look.folders[folder] = Self.mappings(in: folder) }
        return look
    }

    private static func mappings(in folder: String) -> Set<String> {
        Set(((try? ConfigurationFile.list(folder)) ?? []).filter { $0.hasSuffix(".yaml") })
    }

    struct Look: Sendable, Equatable {
        /// Nil if there is no such file.
        fileprivate var files: [String: Stamp?] = [:]
        fileprivate var folders: [String: Set<String>] = [:]
    }

    fileprivate struct Stamp: Sendable, Equatable {
        var device: UInt64
        var file: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
    }

    private static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        return Stamp(
            device: UInt64(truncatingIfNeeded: status.st_dev), file: UInt64(truncatingIfNeeded: status.st_ino), size: Int64(status.st_size),
            seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }
}
