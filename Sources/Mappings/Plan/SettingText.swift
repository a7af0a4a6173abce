/// A text with settings in it: `https://login.example/{tenant}/token`.
package struct SettingText: Sendable, Hashable {
    package enum Part: Sendable, Hashable {
        case literal(String)
        case setting(String)
    }
    package var parts: [Part]

    /// - Parameter unknown: called with each name that is in braces and no setting.
    init(parsing text: String, settings: [SettingPlan], unknown: (String) -> Void) {
        parts = BracedText(text).pieces.map { piece in
            switch piece {
            case .literal(let text): return .literal(text)
            case .name(let name, _):
                if !settings.contains(where: { $0.name == name }) { unknown(name) }
                return .setting(name)
            }
        }
    }

    /// The text with the settings put in, or the setting that is missing.
    ///
    /// - Parameter isURL: values are percent-encoded, so that they change nothing else of it.
    func text(isURL: Bool, _ value: (String) -> SettingValue?) throws(PathPlan.MissingSetting) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .setting(let name):
                guard case .text(let setting) = value(name)?.value else { throw PathPlan.MissingSetting(name: name) }
                text += isURL ? setting.percentEncoded : setting
            }
        }
        return text
    }

    /// The text as the file has it.
    package var description: String {
        parts.map { part in
            switch part {
            case .literal(let text): text
            case .setting(let name): "{\(name)}"
            }
        }.joined()
    }
}
