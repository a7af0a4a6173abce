import Mappings

/// The address of one of the console's pages: segments and a query, each percent-encoded into place.
struct Address: Sendable, Equatable {
    private(set) var text: String

    /// - Parameter path: as the console's own source has it: `/find`.
    init(_ path: StaticString, _ segments: String..., query: [(String, String?)] = [], fragment: String? = nil) {
        text = path.description
        for segment in segments { text += (text.hasSuffix("/") ? "" : "/") + segment.percentEncoded }
        var separator = "?"
        for case (let name, let value?) in query where !value.isEmpty {
            text += separator + name.percentEncoded + "=" + value.percentEncoded
            separator = "&"
        }
        if let fragment { text += "#" + fragment.percentEncoded }
    }

    /// What a form sent as the page to return to; the overview if it is none of the console's.
    init(returning given: String?) {
        let isOwn = given.map { $0.hasPrefix("/") && !$0.hasPrefix("//") && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x5C } }
        text = isOwn == true ? given ?? "/" : "/"
    }
}
