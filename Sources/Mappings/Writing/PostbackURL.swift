/// A tracker that is nothing but a URL: `https://t.example/postback?cid={click_id}&payout={payout}&txid={order_id}`.
///
/// Macros are canonical names or the words that the industry has for them. The operator fixes scheme, host and path; values are
/// percent-encoded into place in one pass. An order without an id of its own has the conversion's. A parameter whose macro has no value is
/// left out; without the click id, or without a value in the path, the delivery is skipped, since the tracker could do nothing with it.
package struct PostbackURL: Sendable {
    let base: [Piece]
    /// A parameter without `=` has no value.
    let parameters: [(name: String, value: [Piece]?)]
    /// The macro that must have a value: the click id's, else the first identifier's.
    let needed: FieldPath?
    /// The fields that the macros name.
    let named: Set<FieldPath>
    /// What the configuration calls it, for sentences.
    let key: String
    /// Whether it says what a sale is still worth.
    let hasRemaining: Bool
    /// Other addresses for money that goes back.
    private(set) var others: [Purpose: PostbackURL] = [:]

    /// What another address is for; the words are the configuration's.
    package enum Purpose: String, Sendable, CaseIterable {
        /// All that is left of a sale goes back: it was refunded, rejected or charged back.
        case whole = "refund_url"
        /// A part of a sale goes back.
        case part = "partial_refund_url"
    }

    enum Piece: Sendable {
        case literal(String)
        case macro(FieldPath, name: String)
        /// The amount without what went back; nothing is left of what was rejected.
        case remaining

        var isRemaining: Bool { if case .remaining = self { true } else { false } }

        var paths: [FieldPath] {
            switch self {
            case .literal: []
            case .macro(let path, _): [path]
            case .remaining: [.field(.amount), .field(.refunded)]
            }
        }
    }

    /// The macro of `Piece.remaining`.
    static let remaining = "remaining"

    /// Other words for canonical fields, as trackers' macro lists have them.
    package static let macros: [String: FieldPath] = {
        var macros: [String: FieldPath] = [:]
        func add(_ names: String, _ path: FieldPath) {
            for name in names.split(separator: " ") { macros[String(name)] = path }
        }
        add("clickid click cid subid sub_id aff_click_id affclickid reqid", .field(.clickID))
        add("txid txn_id tid transaction_id orderid order oid external_id", .field(.orderID))
        add("sum revenue sale_amount value price", .field(.amount))
        add("commission payout_amount", .field(.payout))
        add("currency_code cur", .field(.currency))
        add("event goal et", .field(.eventName))
        add("conversion_status", .field(.status))
        add("coupon coupon_code promo", .field(.couponCode))
        add("sessionid", .field(.sessionID))
        add("affiliate aff_id", .field(.affiliateID))
        add("offer_id", .field(.offer))
        add("email", .field(.customerEmail))
        add("email_sha256", .field(.customerEmailSHA256))
        add("ip", .field(.customerIP))
        add("ua user_agent", .field(.customerUserAgent))
        add("geo country", .field(.customerCountry))
        add("timestamp time", .field(.occurredAt))
        add("phone", .field(.customerPhone))
        add("conversion_id", .id)
        for name in FieldPath.clickIDNames { add(name, .clickID(name)) }
        for index in 1...10 { add("sub\(index) s\(index) sub_id_\(index) subid\(index) aff_sub\(index)", .subID("s\(index)")) }
        return macros
    }()

    /// - Parameters:
    ///   - key: what the configuration calls it.
    ///   - shown: the text as sentences may quote it, with a mask for each part that may be secret.
    package static func parse(
        _ text: String, key: String = "postback_url", shown: String? = nil, at place: SourceLocation,
        into diagnostics: inout Diagnostics
    ) -> PostbackURL? {
        func quoted(_ part: String) -> String { Self.quoted(part, of: text, shown: shown) }
        var url = text
        if let hash = url.firstIndex(of: "#"), !url[hash...].contains("{") { url = String(url[..<hash]) }
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
            diagnostics.error(at: place, "a \(key) begins with https:// or http://, found \(quoted(text))")
            return nil
        }
        if url.contains("#") {
            let rule = "nothing behind the '#' of a \(key) is sent"
            diagnostics.error(at: place, "\(rule); write the macro as {click_id}, a '#' of a value as %23")
        }
        let question = url.firstIndex(of: "?") ?? url.endIndex
        let base = pieces(String(url[..<question]), key, quoted, at: place, into: &diagnostics)
        let host = url.dropFirst(url.hasPrefix("https") ? 8 : 7).prefix { $0 != "/" && $0 != "?" }
        if host.isEmpty { diagnostics.error(at: place, "\(key) \(quoted(text)) has no host") }
        if host.contains("{") {
            diagnostics.error(at: place, "a macro cannot be in the host of a \(key): the operator fixes where requests go")
        }
        let query = question < url.endIndex ? url[url.index(after: question)...] : ""
        let parameters = query.split(separator: "&").map { part -> (name: String, value: [Piece]?) in
            let name = part.prefix { $0 != "=" }
            if name.contains("{") {
                let found = quoted(String(part))
                diagnostics.error(at: place, "a macro comes after a parameter's '=', found \(found); write cid={click_id}")
            }
            guard let equals = part.firstIndex(of: "=") else { return (String(part), nil) }
            let value = pieces(String(part[part.index(after: equals)...]), key, quoted, at: place, into: &diagnostics)
            return (String(part[..<equals]), value)
        }
        let values = parameters.flatMap { $0.value ?? [] }
        let macros = values.flatMap(\.paths)
        if leadsElsewhere(url[..<question]) {
            diagnostics.error(at: place, "the path of a \(key) holds no '.' or '..'; write the path that it leads to")
        }
        if !url.contains("{") {
            diagnostics.error(at: place, "this \(key) has no macro, so every conversion would look the same; write cid={click_id}")
        }
        let identifiers = Field.identifiers.map(FieldPath.field)
        let needed = macros.contains(.field(.clickID)) ? .field(.clickID) : macros.first { identifiers.contains($0) }
        let whole = base + values
        return PostbackURL(
            base: base, parameters: parameters, needed: needed, named: Set(whole.filter { !$0.isRemaining }.flatMap(\.paths)), key: key,
            hasRemaining: whole.contains(where: \.isRemaining))
    }

    /// Whether a path has segments that servers resolve rather than read.
    static func leadsElsewhere(_ base: Substring) -> Bool {
        base.split(separator: "/").contains { [".", ".."].contains(String($0).percentDecoded) }
    }

    /// A part that the shown text does not have is from a variable.
    private static func quoted(_ part: String, of text: String, shown: String?) -> String {
        guard let shown, !part.isEmpty else { return part.quotedBriefly }
        return part == text ? shown.quotedBriefly : shown.contains(part) ? part.quotedBriefly : "'***'"
    }

    private static func pieces(
        _ text: String, _ key: String, _ quoted: (String) -> String, at place: SourceLocation, into diagnostics: inout Diagnostics
    ) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { pieces.append(.literal(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else {
                diagnostics.error(at: place, "the '{' in \(quoted(text)) has no closing '}'")
                return pieces
            }
            let name = String(rest[rest.index(after: open)..<close])
            if name == remaining {
                pieces.append(.remaining)
            } else if name.hasPrefix("{") {
                let bare = String(name.drop { $0 == "{" })
                diagnostics.error(at: place, "a macro has one brace on each side, found \(quoted("{{\(bare)}}")); write {\(bare)}")
            } else if let path = FieldPath(name: name) ?? macros[name] {
                pieces.append(.macro(path, name: name))
            } else {
                let known = Field.allNames + Array(macros.keys)
                let hint = name.nearest(in: known).map { "; did you mean '{\($0)}'?" } ?? "; macros are canonical names such as {click_id}"
                diagnostics.error(at: place, "unknown macro \(quoted("{\(name)}")) in a \(key)\(hint)")
            }
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.literal(String(rest))) }
        return pieces
    }

    /// With another address for money that goes back; nil leaves it as it is.
    package func sending(_ purpose: Purpose, to other: PostbackURL?) -> PostbackURL {
        var copy = self
        if let other { copy.others[purpose] = other }
        return copy
    }

    /// Its other address for this purpose.
    package func other(for purpose: Purpose) -> PostbackURL? { others[purpose] }

    /// All that the configuration says of it, of its other addresses too, to be compared.
    package var texts: [String] {
        ["\(base)\(parameters)"] + others.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { [$0.key.rawValue] + $0.value.texts }
    }

    /// Scheme, host, and the path up to its first macro.
    package var address: String {
        if case .literal(let text)? = base.first { text } else { "" }
    }

    /// Whether the path may be of this URL; a macro is a part of one segment.
    func matches(_ path: String) -> Bool {
        var rest = path[...]
        for (index, piece) in base.enumerated() {
            switch piece {
            case .literal(let text):
                var literal = text[...]
                if index == 0 {
                    let host = literal.firstRange(of: "://").map { literal[$0.upperBound...] } ?? literal
                    literal = host.drop { $0 != "/" }
                    if literal.isEmpty { literal = "/" }
                }
                guard rest.hasPrefix(literal) else { return false }
                rest = rest.dropFirst(literal.count)
            case .macro, .remaining:
                guard let next = base.dropFirst(index + 1).first, case .literal(let text) = next else {
                    return !rest.isEmpty && !rest.contains("/")
                }
                guard let range = rest.firstRange(of: text), !rest[..<range.lowerBound].contains("/"), range.lowerBound > rest.startIndex
                else { return false }
                rest = rest[range.lowerBound...]
            }
        }
        return rest.isEmpty
    }
}
