import Mappings

/// What becomes of a configuration that was read while another one is in use.
///
/// Nothing is taken from a file that has a mistake: the one in use stays, whole.
enum ReloadDecision: Sendable, Equatable {
    /// It is put into use. `changes` and `losses` are parts of a sentence; `atStart` are keys that count from the next start only.
    case use(changes: [String], atStart: [String], losses: [String] = [])
    case nothingDifferent
    case mistakes([Diagnostic])
    /// A file that was cut short, by a full disk or an editor, is no reason to refuse every sender.
    case noSources
    /// It was perhaps cut short, and no operator has looked at it. Parts of a sentence.
    case losses([String])
    /// A file's text looks so, whatever it loses. A part of a sentence.
    case cutShort(String)

    /// - Parameters:
    ///   - running: what is in use; nil, or without a configuration, if none could be used so far.
    ///   - started: what the process started with, if that is another one.
    init(
        _ reading: ConfigurationReading, running: ConfigurationReading?, started: ConfigurationFingerprint? = nil,
        because cause: ReloadCause = .changedFile
    ) {
        guard let next = reading.configuration else {
            self = .mistakes(reading.diagnostics.sorted.filter { $0.severity == .error })
            return
        }
        let current = running?.configuration
        if next.sources.isEmpty, current?.sources.isEmpty == false {
            self = .noSources
            return
        }
        let losses = current?.losses(in: next) ?? []
        if !losses.isEmpty, cause == .changedFile {
            self = .losses(losses)
            return
        }
        let before = current?.fingerprint ?? ConfigurationFingerprint()
        let changes = before.changes(to: next.fingerprint)
        // A key that is again as it was at the start needs no start.
        let late = (started ?? before).changesAtStart(to: next.fingerprint)
        let atStart = before.changesAtStart(to: next.fingerprint).filter { late.contains($0) }
        if changes.isEmpty, atStart.isEmpty {
            self = .nothingDifferent
        } else if cause == .changedFile, current != nil, let cut = running?.cut(in: reading) {
            self = .cutShort(cut)
        } else {
            self = .use(changes: changes, atStart: atStart, losses: losses)
        }
    }

    /// The configuration in use stays.
    var isRefusal: Bool {
        switch self {
        case .use, .nothingDifferent: false
        case .mistakes, .noSources, .losses, .cutShort: true
        }
    }
}
