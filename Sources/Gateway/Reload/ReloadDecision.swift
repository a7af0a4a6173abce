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

    /// - Parameter running: nil if none could be used so far.
    init(_ reading: ConfigurationReading, running: Configuration?, because cause: ReloadCause = .changedFile) {
        guard let next = reading.configuration else {
            self = .mistakes(reading.diagnostics.sorted.filter { $0.severity == .error })
            return
        }
        if next.sources.isEmpty, running?.sources.isEmpty == false {
            self = .noSources
            return
        }
        let losses = running?.losses(in: next) ?? []
        if !losses.isEmpty, cause == .changedFile {
            self = .losses(losses)
            return
        }
        let before = running?.fingerprint ?? ConfigurationFingerprint()
        let changes = before.changes(to: next.fingerprint)
        let atStart = before.changesAtStart(to: next.fingerprint)
        self = changes.isEmpty && atStart.isEmpty ? .nothingDifferent : .use(changes: changes, atStart: atStart, losses: losses)
    }

    /// The configuration in use stays.
    var isRefusal: Bool {
        switch self {
        case .use, .nothingDifferent: false
        case .mistakes, .noSources, .losses: true
        }
    }
}
