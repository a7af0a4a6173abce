#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A new file that holds customers' data: only its owner may read or write it, whatever the umask.
///
/// SQLite gives its `-wal` and `-shm` files the mode of the store's own file.
enum PrivateFile {
    /// Makes an empty file if there is none. One that exists is not even opened: to close it again would free SQLite's locks on it. A failure
    /// is left to the next opening of the file, which meets it too.
    static func create(at path: String) {
        guard access(path, F_OK) != 0 else { return }
        var descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        // A link to a file that does not exist yet.
        if descriptor < 0, errno == EEXIST { descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else { return }
        fchmod(descriptor, 0o600)
        close(descriptor)
    }
}
