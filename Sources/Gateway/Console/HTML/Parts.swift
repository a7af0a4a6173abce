import Mappings
import Rules

/// What several pages are made of.
enum Parts {
    /// In UTC; the script shows the viewer's own zone.
    static func time(_ time: Timestamp) -> HTML {
        let text = Timestamp(seconds: time.seconds).description
        let plain = text.replacing("T", with: " ").replacing("Z", with: " UTC")
        return tag("time", Attribute("datetime", time.description), text: plain)
    }

    static func badge(_ state: DeliveryState) -> HTML { tag("span", .class("badge \(state.tone)"), text: state.rawValue) }

    static func badge(_ status: DestinationStatus) -> HTML { tag("span", .class("badge \(status.tone)"), text: status.word) }

    /// What a sender or a tracker sent, in one line: it cannot turn the direction of the text around it.
    static func value(_ text: String) -> HTML { tag("bdi", .class("value"), text: text) }

    /// The same, as long as it is.
    static func block(_ text: String, id: String? = nil) -> HTML {
        // Reached with the keyboard, since it may be wider than the page.
        if let id { return tag("pre", .id(id), Attribute("tabindex", "0"), text: text) }
        return tag("pre", Attribute("tabindex", "0"), text: text)
    }

    static func copyButton(_ id: String, _ label: String) -> HTML {
        tag("button", .type("button"), .class("copy"), Attribute("data-copy", id), .hidden, text: label)
    }

    /// A form of one button.
    static func button(
        _ label: String, to address: Address, by visitor: Visitor, fields: [(String, String)] = [], tone: String = ""
    ) -> HTML {
        guard visitor.isOperator else { return HTML() }
        return tag("form", Attribute("method", "post"), .action(address), .class("inline")) {
            token(visitor)
            fields.map { void("input", .type("hidden"), .name($0.0), .value($0.1)) }
            tag("button", .type("submit"), .class(tone), text: label)
        }
    }

    static func token(_ visitor: Visitor) -> HTML { void("input", .type("hidden"), .name("token"), .value(visitor.formToken)) }

    static func link(_ text: String, _ address: Address) -> HTML { tag("a", .href(address), text: text) }

    /// A table that may be wider than a phone.
    static func table(_ caption: String, _ heads: [String], numeric: Set<Int> = [], _ rows: [[HTML]]) -> HTML {
        tag("div", .class("scroll"), Attribute("tabindex", "0"), Attribute("role", "region"), .label(caption)) {
            tag("table") {
                tag("caption", .class("hidden"), text: caption)
                tag("thead") {
                    tag("tr") {
                        heads.enumerated().map { index, head in
                            tag("th", Attribute("scope", "col"), .class(numeric.contains(index) ? "number" : ""), text: head)
                        }
                    }
                }
                tag("tbody") { rows.map { row($0, numeric) } }
            }
        }
    }

    private static func row(_ cells: [HTML], _ numeric: Set<Int>) -> HTML {
        tag("tr") {
            cells.enumerated().map { index, cell in tag("td", .class(numeric.contains(index) ? "number" : "")) { cell } }
        }
    }

    static func note(_ text: String) -> HTML { tag("p", .class("note"), text: text) }

    static func details(_ summary: String, isOpen: Bool = false, @HTMLBuilder _ content: () -> HTML) -> HTML {
        if isOpen {
            return tag("details", .open) {
                tag("summary", text: summary)
                content()
            }
        }
        return tag("details") {
            tag("summary", text: summary)
            content()
        }
    }
}

extension DeliveryState {
    /// The colour class of it.
    var tone: String {
        switch self {
        case .delivered, .duplicate: "good"
        case .pending: "calm"
        case .skipped, .unconfirmed: "warn"
        case .rejected, .dead: "bad"
        }
    }
}

extension DestinationStatus {
    var tone: String {
        switch health {
        case .ok: word == "ok" ? "good" : "calm"
        case .slow, .paused: "warn"
        case .failing, .down: "bad"
        }
    }
}

extension ConversionRow {
    /// `EUR 49.90`; empty without an amount.
    var amountText: String { [currency, amount].compactMap(\.self).joined(separator: " ") }

    /// `sale, EUR 49.90`.
    var headline: String {
        let words = [type ?? "conversion", amount == nil ? nil : amountText].compactMap(\.self)
        return words.joined(separator: ", ")
    }
}
