import Foundation
import FoundationXML
import FuzzProperties
import Testing

@testable import Mappings

/// Foundation reads XML with libxml2. Whether a document is well-formed, and what it holds, both say alike.
struct XMLPeerTests {
    private typealias Element = Mappings.XMLElement

    /// What a document holds, as libxml2 reports it; nil if it refuses the document.
    private final class Peer: NSObject, XMLParserDelegate {
        private var open: [Element] = []
        private var root: Element?
        private var hasFailed = false

        static func read(_ text: String) -> Element? {
            let peer = Peer()
            let parser = XMLParser(data: Data(text.utf8))
            parser.shouldResolveExternalEntities = false
            parser.delegate = peer
            return parser.parse() && !peer.hasFailed ? peer.root : nil
        }

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            var element = Element(name: name)
            element.attributes = attributes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            open.append(element)
        }

        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
            let element = open.removeLast()
            if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
        }

        func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) { hasFailed = true }
        func parser(_ parser: XMLParser, foundCharacters text: String) { open[open.count - 1].text += text }
        func parser(_ parser: XMLParser, foundCDATA data: Data) { open[open.count - 1].text += String(decoding: data, as: UTF8.self) }
    }

    private static let pieces = [
        "<a>", "</a>", "<b c='1'>", "</b>", "<d/>", "<e f=\"&lt;&amp;\" g='\t'/>", "text", " ", "\n", "\r\n", "&amp;", "&#65;", "&#x1F600;",
        "&lol;", "&", "<", ">", "]]>", "<![CDATA[", "<![CDATA[<x>]]>", "<!-- c -->", "<!--", "-->", "--", "<?p x?>", "<? ?>", "ß",
        "日", "\"", "'",
        "=", " h='2'", " h='3'", "/>", "</a >", "<a ", "<é>", "</é>", "\u{7F}", "\u{1}", "\u{D7}", "&#0;", "&#xD;", "&quot;", "<a.b-c_d>",
        "</a.b-c_d>",
    ]

    private static func document(_ random: inout SeededGenerator) -> String {
        var text = Bool.random(using: &random) ? "<?xml version=\"1.0\"?>\n" : ""
        text += "<r>"
        // Often balanced, so that much is well-formed.
        var open: [String] = ["r"]
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            switch Int.random(in: 0..<10, using: &random) {
            case 0...1:
                let name = ["a", "b", "é"].randomElement(using: &random) ?? "a"
                open.append(name)
                text += "<\(name)>"
            case 2...3: if open.count > 1 { text += "</\(open.removeLast())>" }
            default: text += pieces.randomElement(using: &random) ?? ""
            }
        }
        if Int.random(in: 0..<12, using: &random) > 0 { while let name = open.popLast() { text += "</\(name)>" } }
        return text
    }

    @Test func `libxml2 and the reader agree on twenty thousand made-up documents`() {
        var random = SeededGenerator(seed: 0x584D4C)
        var wellFormed = 0
        for _ in 0..<20_000 {
            let text = Self.document(&random)
            var own = try? XMLReader.read(Array(text.utf8))
            own?.sortAttributes()
            let peer = Peer.read(text)
            #expect(own == peer, "\(text.debugDescription)")
            if own != peer { return }
            wellFormed += own == nil ? 0 : 1
        }
        #expect((4000...16_000).contains(wellFormed))
    }
}

extension Mappings.XMLElement {
    fileprivate mutating func sortAttributes() {
        attributes.sort { $0.name < $1.name }
        for index in children.indices { children[index].sortAttributes() }
    }
}
