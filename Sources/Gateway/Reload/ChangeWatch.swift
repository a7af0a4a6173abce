/// Tells from looks at the files when they are to be read again: once they are different from what was read, and whole.
///
/// They must look the same twice in a row, so that a file that is still being written is not read.
struct ChangeWatch: Sendable {
    private var read: WatchedFiles.Look
    private var last: WatchedFiles.Look

    init(read look: WatchedFiles.Look) {
        read = look
        last = look
    }

    mutating func sees(_ look: WatchedFiles.Look) -> Bool {
        defer { last = look }
        return look != read && look == last
    }
}
