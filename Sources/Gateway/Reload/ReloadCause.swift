/// Why a configuration is read again.
enum ReloadCause: String, Sendable {
    /// An operator's decision: it may take away what a file that changed may not.
    case hangup = "SIGHUP"
    /// Perhaps one that an editor or a copy has written in part only.
    case changedFile = "a changed file"
}
