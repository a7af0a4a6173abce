/// Puts pieces of a page together in the order they are written. Strings are texts, never markup.
@resultBuilder
enum HTMLBuilder {
    static func buildExpression(_ text: String) -> HTML { .text(text) }
    static func buildExpression(_ html: HTML) -> HTML { html }
    static func buildExpression(_ html: HTML?) -> HTML { html ?? HTML() }
    static func buildExpression(_ parts: [HTML]) -> HTML { buildArray(parts) }

    static func buildBlock(_ parts: HTML...) -> HTML { buildArray(parts) }
    static func buildOptional(_ part: HTML?) -> HTML { part ?? HTML() }
    static func buildEither(first part: HTML) -> HTML { part }
    static func buildEither(second part: HTML) -> HTML { part }

    static func buildArray(_ parts: [HTML]) -> HTML {
        var html = HTML()
        for part in parts { html += part }
        return html
    }
}

/// An element: `tag("p", .class("note")) { "text" }`.
func tag(_ name: StaticString, _ attributes: Attribute..., @HTMLBuilder content: () -> HTML) -> HTML {
    .element(name, attributes, content())
}

/// An element with a text alone.
func tag(_ name: StaticString, _ attributes: Attribute..., text: String) -> HTML { .element(name, attributes, .text(text)) }

/// An element without content.
func void(_ name: StaticString, _ attributes: Attribute...) -> HTML { .opening(name, attributes) }

func fragment(@HTMLBuilder _ content: () -> HTML) -> HTML { content() }
