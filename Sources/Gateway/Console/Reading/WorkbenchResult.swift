import Mappings
import Rules

/// What a draft comes to: under the running configuration, and under the edited one.
struct WorkbenchResult {
    private(set) var diagnostics: [Diagnostic] = []
    /// Why the request cannot be read.
    private(set) var mistake: String?
    private(set) var now: RequestOutcome?
    /// Nil if nothing is edited, or if the edit has mistakes.
    private(set) var edited: RequestOutcome?
    /// The configuration with the edit in it; nil as above.
    private(set) var version: Console.Version?
    /// What the edit changes of the newest requests, if somebody asked.
    var survey: WorkbenchSurvey?

    init(_ draft: WorkbenchDraft, _ running: Console.Version, now time: Timestamp) {
        let configuration = running.configuration
        let mapping = draft.isMappingEdited ? (name: draft.tracker, text: draft.mapping) : nil
        let changed = EditedConfiguration(configuration, mapping: mapping, routes: draft.areRoutesEdited ? draft.routes : nil)
        diagnostics = changed.diagnostics.filter { $0.severity == .error || draft.isMappingEdited }
        let request: WireRequest
        do throws(RawHTTPRequest.Failure) {
            request = try Self.request(draft, changed.configuration)
        } catch {
            mistake = error.description
            return
        }
        now = RequestOutcome(of: request, from: draft.source, running, now: time)
        let isEdited = draft.isMappingEdited || draft.areRoutesEdited
        if isEdited, !diagnostics.contains(where: { $0.severity == .error }) {
            let version = Console.Version(changed.configuration)
            edited = RequestOutcome(of: request, from: draft.source, version, now: time)
            self.version = version
        }
    }

    private static func request(_ draft: WorkbenchDraft, _ configuration: Configuration) throws(RawHTTPRequest.Failure) -> WireRequest {
        guard let source = configuration.source(draft.source) else { throw RawHTTPRequest.Failure(description: "choose a source") }
        let path = (try? source.mapping.request.path.text(source.settings).get()) ?? source.mapping.request.path.description
        return try RawHTTPRequest.parse(
            Array(draft.request.utf8), mapping: source.mapping, path: path, open: source.mapping.request.path.openNames(source.settings))
    }
}
