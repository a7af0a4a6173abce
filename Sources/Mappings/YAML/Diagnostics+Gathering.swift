/// One wrong idea that is in many places of a file is one mistake.
extension Diagnostics {
    /// Places of one mistake that are listed one by one.
    private static let most = 4
    private static let mostLines = 6

    /// The same, with what is in many places said once, at the first of them, with the lines of the others.
    package var gathered: Diagnostics {
        var places: [String: [SourceLocation]] = [:]
        for diagnostic in sorted { places[diagnostic.cause, default: []].append(diagnostic.location) }
        var gathered = Diagnostics()
        for var diagnostic in sorted {
            let all = places[diagnostic.cause] ?? []
            if all.count > Self.most {
                guard diagnostic.location == all[0] else { continue }
                diagnostic.message += Self.others(all.dropFirst().map(\.line))
            }
            gathered.append(diagnostic)
        }
        return gathered
    }

    private static func others(_ lines: [Int]) -> String {
        var unique: [Int] = []
        for line in lines where !unique.contains(line) { unique.append(line) }
        let rest = unique.count - mostLines
        return
            "; so too in lines \(unique.prefix(mostLines).map(String.init).joined(separator: ", "))\(rest > 0 ? " and \(rest) more" : "")"
    }
}

extension Diagnostic {
    /// What two mistakes have in common if they are one: for a name that does not exist, the name, wherever it stands.
    fileprivate var cause: String {
        for beginning in ["unknown key '", "unknown name '", "unknown function '", "unknown setting '", "unknown converter '"] {
            guard message.hasPrefix(beginning), let end = message.dropFirst(beginning.count).firstIndex(of: "'") else { continue }
            return "\(severity) \(message[..<end])"
        }
        return "\(severity) \(message)"
    }
}
