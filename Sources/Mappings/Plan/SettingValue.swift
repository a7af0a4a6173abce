/// What an operator chose.
package enum SettingValue: Sendable, Hashable {
    case text(String)
    case flag(Bool)
    case list([String])
    /// Wire words and what they mean, in the order of the file.
    case map([Entry])

    package struct Entry: Sendable, Hashable {
        package var wire: String
        package var canonical: [String]
    }

    package var value: Value {
        switch self {
        case .text(let text): text.isEmpty ? .absent : .text(text)
        case .flag(let flag): .flag(flag)
        case .list(let texts): .text(texts.joined(separator: ","))
        case .map(let entries): .text(entries.map { "\($0.wire)=\($0.canonical.joined(separator: "|"))" }.joined(separator: ","))
        }
    }

    package var texts: [String] {
        switch self {
        case .text(let text): [text]
        case .flag(let flag): [flag ? "true" : "false"]
        case .list(let texts): texts
        case .map(let entries): entries.map(\.wire)
        }
    }
}
