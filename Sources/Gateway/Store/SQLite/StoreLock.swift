import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Keeps a second service off the same store: two would deliver everything twice.
///
/// An advisory lock on `<store>.lock`, given back by the system when the process ends, however it ends. Commands that only look or repair
/// need none. A user who can open the file could hold the lock, even if only to read, so only its owner may open it.
final class StoreLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `.busy` if another process holds it.
    init(store path: String) throws(StoreError) {
        let file = path + ".lock"
        PrivateFile.create(at: file)
        let descriptor = open(file, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(
                .unavailable, "'\(file)' cannot be opened: \(String(cString: strerror(errno))); check the folder and its owner")
        }
        Self.closeToOthers(descriptor)
        guard Self.take(descriptor) else {
            close(descriptor)
            throw StoreError(.busy, "'\(path)' is served by another gateway already; stop that one or name another store")
        }
        self.descriptor = descriptor
    }

    /// An earlier version, or a copy, may have left the file open to others.
    private static func closeToOthers(_ descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & 0o077 != 0, status.st_uid == geteuid() else { return }
        fchmod(descriptor, 0o600)
    }

    /// A command that asks whether the store is served holds the lock for a moment.
    private static func take(_ descriptor: Int32) -> Bool {
        for _ in 1...5 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            usleep(20_000)
        }
        return false
    }

    /// Whether a process serves the store now.
    static func isHeld(store path: String) -> Bool {
        let descriptor = open(path + ".lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == EACCES && isListed(path + ".lock") }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    /// For a user who may read the store and not open the lock: the kernel's list of all locks, which everybody may read.
    private static func isListed(_ file: String) -> Bool {
        var status = stat()
        guard stat(file, &status) == 0, let locks = try? String(contentsOfFile: "/proc/locks", encoding: .utf8) else { return false }
        return locks.split(separator: "\n").contains { line in
            line.contains(" FLOCK ") && line.split(separator: " ").contains { $0.hasSuffix(":\(status.st_ino)") }
        }
    }

    deinit { close(descriptor) }
}
