import Mappings

/// What becomes of a configuration that was read while another one is in use.
///
/// Nothing is taken from a file that has a mistake: the one in use stays, whole.
enum ReloadDecision: Sendable, Equatable {
    /// It is put into use. `changes` are parts of a sentence; `atStart` are keys that count from the next start only.
    case use(changes: [String], atStart: [String])
    case nothingDifferent
    case mistakes([Diagnostic])
    /// A file that was cut short, by a full disk or an editor, is no reason to refuse every sender.
    case noSources

    /// - Parameter running: nil if none could be used so far.
    init(_ reading: ConfigurationReading, running: Configuration?) {
        guard let next = reading.configuration else {
            self = .mistakes(reading.diagnostics.sorted.filter { $0.severity == .error })
            return
        }
        if next.sources.isEmpty, running?.sources.isEmpty == false {
            self = .noSources
            return
        }
        let before = running?.fingerprint ?? ConfigurationFingerprint()
        let changes = before.changes(to: next.fingerprint)
        let atStart = before.changesAtStart(to: next.fingerprint)
        self = changes.isEmpty && atStart.isEmpty ? .nothingDifferent : .use(changes: changes, atStart: atStart)
    }
}
