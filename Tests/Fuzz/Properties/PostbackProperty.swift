import Mappings

/// The operator fixes scheme, host and path: no value changes them, however it looks, and each value comes back as it was.
enum PostbackProperty {
    static func check(_ bytes: [UInt8]) throws(Violation) {
        let source = bytes.text
        var diagnostics = Diagnostics()
        let postback = PostbackURL.parse(source, at: SourceLocation(file: "x", line: 1, column: 1), into: &diagnostics)
        guard let postback, !diagnostics.hasErrors else {
            return try Violation.require(diagnostics.hasErrors, "refused without a word: \(source)")
        }
        let fixed = source.prefix { $0 != "{" && $0 != "?" && $0 != "#" }
        for conversion in SampleConversions.all {
            guard let request = try? postback.write(conversion) else { continue }
            let url = request.url
            try Violation.require(url.hasPrefix(fixed), "\(source) gives \(url)")
            try Violation.require(segments(url).count == segments(source).count, "\(source) gets another path: \(url)")
            try Violation.require(dots(url) == dots(source), "\(source) gets a path that leads elsewhere: \(url)")
            let names = parameterNames(source)
            for name in parameterNames(url) { try Violation.require(names.contains(name), "\(source) gets a parameter '\(name)': \(url)") }
        }
    }

    private static func path(_ url: String) -> Substring {
        // A macro's name may hold neither, so the first of them ends the path.
        url.prefix { $0 != "?" && $0 != "#" }
    }
    private static func segments(_ url: String) -> [Substring] { path(url).split(separator: "/", omittingEmptySubsequences: false) }

    /// Segments that a server resolves: `.` and `..`, written in any way.
    private static func dots(_ url: String) -> Int {
        segments(url).count { [".", ".."].contains(String($0).percentDecoded) }
    }

    private static func parameterNames(_ url: String) -> [Substring] {
        guard let question = url.firstIndex(of: "?") else { return [] }
        let query = url[url.index(after: question)...].prefix { $0 != "#" }
        return query.split(separator: "&").map { $0.prefix { $0 != "=" } }
    }
}
