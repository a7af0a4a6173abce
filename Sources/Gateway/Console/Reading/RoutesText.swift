import Mappings
import Rules

/// Routes as a configuration file has them.
enum RoutesText {
    /// - Parameter secrets: blotted out: a condition may hold what a variable of the environment held.
    static func yaml(of routes: [Route], hiding secrets: SecretFinder) -> String {
        let text = routes.map { route in
            var lines = ["- from: \(list(route.sources?.sorted()))", "  to: \(list(route.destinations))"]
            if let condition = route.condition { lines.append("  when: \(scalar(condition.text()))") }
            if !route.assignments.isEmpty {
                lines.append("  set:")
                lines += route.assignments.map { "    \($0.path): \(scalar($0.expression.text()))" }
            }
            if route.onError != .keep { lines.append("  on_error: \(route.onError.rawValue)") }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n")
        return secrets.masked(text) + "\n"
    }

    private static func list(_ names: [String]?) -> String {
        guard let names else { return "\"*\"" }
        return names.count == 1 ? names[0] : "[\(names.joined(separator: ", "))]"
    }

    /// In single quotes, which YAML reads as they are.
    private static func scalar(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
}
