import Mappings

/// Any text is a mapping or has errors, and each error has its place in the text.
enum MappingProperty {
    static func check(_ bytes: [UInt8]) throws(Violation) {
        let source = bytes.text
        let (mapping, diagnostics) = MappingCompiler.compile(source, name: "acme", file: "acme.yaml")
        try Violation.require(mapping != nil || diagnostics.hasErrors, "refused without a word")
        for diagnostic in diagnostics.all {
            try Violation.require(diagnostic.location.file == "acme.yaml", "\(diagnostic) is elsewhere")
            try Violation.require(!diagnostic.message.isEmpty, "\(diagnostic) says nothing")
        }
        try Places.check(diagnostics, in: source)
        guard let mapping, !diagnostics.hasErrors else { return }
        let empty = WireRequest(method: mapping.request.methods[0], path: "/")
        _ = try? MappingReader(mapping).read(mapping.parse(empty), as: SampleConversions.identity)
        for conversion in SampleConversions.all {
            guard let writer = try? MappingWriter(mapping, url: "https://t.example") else { return }
            _ = try? writer.write(conversion, at: conversion.receivedAt)
        }
    }
}

/// Whether the place of a mistake is inside the text.
enum Places {
    static func check(_ diagnostics: Diagnostics, in source: String) throws(Violation) {
        // YAML also breaks lines at a lone return and at three characters of Unicode.
        let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]
        let lines = source.unicodeScalars.split(omittingEmptySubsequences: false) { breaks.contains($0) }
        let longest = lines.map(\.count).max() ?? 0
        for diagnostic in diagnostics.all {
            let place = diagnostic.location
            try Violation.require((1...lines.count + 1).contains(place.line), "\(diagnostic) is outside of \(lines.count) lines")
            try Violation.require((1...max(longest, source.count) + 1).contains(place.column), "\(diagnostic) is outside of every line")
        }
    }
}
