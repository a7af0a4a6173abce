import Foundation
import Testing

@testable import Gateway

struct StoreLockTests {
    @Test func `a store is served by one gateway at a time`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "lock-\(UUID().uuidString).db").path
        defer { try? FileManager.default.removeItem(atPath: path + ".lock") }
        var first: StoreLock? = try StoreLock(store: path)
        let sentence = "'\(path)' is served by another gateway already; stop that one or name another store"
        #expect(throws: StoreError(.busy, sentence)) { try StoreLock(store: path) }
        #expect(first != nil)
        first = nil
        _ = try StoreLock(store: path)
    }

    @Test(.enabled(if: geteuid() == 0, "only root may become another user")) func `who may not write cannot hold the lock`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lock-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = folder + "/gateway.db.lock"
        #expect(FileManager.default.createFile(atPath: file, contents: nil, attributes: [.posixPermissions: 0o644]))
        // As an earlier version left it, whose lock anybody could hold.
        #expect(try canHold(file))
        _ = try StoreLock(store: folder + "/gateway.db")
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        #expect(try !canHold(file))
        let lock = try StoreLock(store: folder + "/gateway.db")
        withExtendedLifetime(lock) {}
    }

    /// Whether the user `nobody` gets the lock.
    private func canHold(_ file: String) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/setpriv")
        process.arguments = ["--reuid=65534", "--regid=65534", "--clear-groups", "--", "/usr/bin/flock", "-n", file, "/bin/true"]
        process.currentDirectoryURL = URL(filePath: "/")
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
