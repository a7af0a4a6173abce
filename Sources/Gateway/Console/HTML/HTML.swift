import Mappings

/// A piece of a page.
///
/// Text comes in by `text` and `exact` only, and both escape it; names of tags and attributes are literals of the source. So no stored
/// value can become markup, whoever sent it.
struct HTML: Sendable {
    private(set) var bytes: [UInt8] = []

    init() {}

    /// A text for reading. What nobody can see, and what turns the direction of text, is written out: `\u202e`.
    static func text(_ text: String) -> HTML { exact(text.shownLines) }

    /// A text that a form sends back: every character stays as it is.
    static func exact(_ text: String) -> HTML {
        var html = HTML()
        html.bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 { html.add(escaped: byte) }
        return html
    }

    /// An element with its content.
    static func element(_ name: StaticString, _ attributes: [Attribute], _ content: HTML) -> HTML {
        var html = opening(name, attributes)
        html.bytes += content.bytes
        html.add("</")
        html.add(name)
        html.add(">")
        return html
    }

    /// An element that has no content: `input`, `link`.
    static func opening(_ name: StaticString, _ attributes: [Attribute]) -> HTML {
        var html = HTML()
        html.add("<")
        html.add(name)
        for attribute in attributes {
            html.add(" ")
            html.add(attribute.name)
            guard let value = attribute.value else { continue }
            html.add("=\"")
            for byte in value.utf8 { html.add(escaped: byte) }
            html.add("\"")
        }
        html.add(">")
        return html
    }

    static let documentType: HTML = {
        var html = HTML()
        html.add("<!DOCTYPE html>")
        return html
    }()

    static func += (left: inout HTML, right: HTML) { left.bytes += right.bytes }

    var isEmpty: Bool { bytes.isEmpty }

    private mutating func add(_ literal: StaticString) {
        literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func add(escaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "&"): add("&amp;")
        case UInt8(ascii: "<"): add("&lt;")
        case UInt8(ascii: ">"): add("&gt;")
        case UInt8(ascii: "\""): add("&quot;")
        case UInt8(ascii: "'"): add("&#39;")
        // No page may hold it.
        case 0: add("\u{FFFD}")
        default: bytes.append(byte)
        }
    }
}

extension String {
    /// As `printable`, line by line.
    fileprivate var shownLines: String {
        guard utf8.contains(UInt8(ascii: "\n")) else { return printable }
        return split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }.joined(separator: "\n")
    }
}
