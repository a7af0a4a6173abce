import Foundation

/// A new folder for a store that lives as long as a command: nobody but its owner may look into it, whatever the umask.
struct TemporaryFolder: Sendable {
    struct Failure: Error, CustomStringConvertible { var description: String }

    let path: String

    /// - Parameter purpose: a part of its name.
    init(for purpose: String) throws(Failure) {
        path = FileManager.default.temporaryDirectory.appending(path: "gateway-\(purpose)-\(UUID().uuidString)").path
        // `mkdir` and not Foundation: the folder is never open to others, not for a moment. A umask may take away too much.
        guard mkdir(path, 0o700) == 0, chmod(path, 0o700) == 0 else {
            throw Failure(description: "folder '\(path)' cannot be created: \(String(cString: strerror(errno))); set TMPDIR to another one")
        }
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
