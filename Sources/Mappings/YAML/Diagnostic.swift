/// One mistake in a mapping or configuration file, worded for the person who wrote it.
package struct Diagnostic: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Severity: String, Sendable {
        case error, warning
    }
    package var severity: Severity
    package var location: SourceLocation
    package var message: String

    package init(_ severity: Severity = .error, at location: SourceLocation, _ message: String) {
        self.severity = severity
        self.location = location
        self.message = message
    }

    /// `mappings/acme.yaml:14:16: error: unknown converter 'monney'; did you mean 'money'?`
    package var description: String { "\(location): \(severity.rawValue): \(message)" }
}

/// Collects what is wrong with a file, so that all of it is shown at once.
package struct Diagnostics: Sendable {
    package private(set) var all: [Diagnostic] = []
    private var known: Set<Diagnostic> = []

    package init() {}

    package var hasErrors: Bool { all.contains { $0.severity == .error } }

    package mutating func error(at location: SourceLocation, _ message: String) {
        append(Diagnostic(at: location, message))
    }

    package mutating func warning(at location: SourceLocation, _ message: String) {
        append(Diagnostic(.warning, at: location, message))
    }

    package mutating func append(_ diagnostic: Diagnostic) {
        if known.insert(diagnostic).inserted { all.append(diagnostic) }
    }

    package mutating func append(contentsOf others: Diagnostics) {
        for diagnostic in others.all { append(diagnostic) }
    }

    /// In the order of the file.
    package var sorted: [Diagnostic] { all.sorted { ($0.location, $0.message) < ($1.location, $1.message) } }
}

/// Thrown if a file cannot be used, with everything that is wrong with it.
package struct DiagnosticsError: Error, CustomStringConvertible {
    package var diagnostics: [Diagnostic]

    package init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

    package var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
