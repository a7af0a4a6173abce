/// What an operator chose.
package enum SettingValue: Sendable, Hashable {
    case text(String)
    case flag(Bool)
    case list([String])

    package var value: Value {
        switch self {
        case .text(let text): text.isEmpty ? .absent : .text(text)
        case .flag(let flag): .flag(flag)
        case .list(let texts): .text(texts.joined(separator: ","))
        }
    }

    package var texts: [String] {
        switch self {
        case .text(let text): [text]
        case .flag(let flag): [flag ? "true" : "false"]
        case .list(let texts): texts
        }
    }
}
