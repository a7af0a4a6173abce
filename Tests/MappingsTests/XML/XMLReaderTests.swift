import Testing

@testable import Mappings

struct XMLReaderTests {
    private static func mistake(_ text: String) -> String? {
        do throws(XMLReader.Mistake) {
            _ = try XMLReader.read(Array(text.utf8))
            return nil
        } catch {
            return "\(error.offset): \(error.sentence)"
        }
    }

    @Test func `elements, attributes, texts and characters by name or number are read`() throws {
        let text = """
            \u{FEFF}<?xml version='1.0'?>
            <!-- a <comment> -->
            <a:b c="1 &lt; 2" d='&#65;&quot;'>x<e/>y<f>&#x1F600;</f ><![CDATA[<&]]></a:b>

            """
        let root = try XMLReader.read(Array(text.utf8))
        #expect(root.name == "a:b")
        #expect(root.localName == "b")
        #expect(root.attributes.map(\.value) == ["1 < 2", "A\""])
        #expect(root.text == "xy<&")
        #expect(root.children.map(\.name) == ["e", "f"])
        #expect(root.children[1].text == "😀")
    }

    @Test func `Latin-1 is read if the document says so`() throws {
        let bytes = Array(#"<?xml version="1.0" encoding="ISO-8859-1"?><a>Jos"#.utf8) + [0xE9] + Array("</a>".utf8)
        #expect(try XMLReader.read(bytes).text == "José")
        #expect(XMLDocument(parsing: Array("<a>".utf8) + [0xE9] + Array("</a>".utf8)) == nil)
    }

    @Test func `what defines, fetches or grows is refused, and what is broken too`() {
        #expect(Self.mistake(#"<!DOCTYPE a SYSTEM "http://x/y.dtd"><a/>"#) == "0: has a document type, which is not read")
        #expect(Self.mistake("<a>&lol;</a>") == "3: has '&' before what is no character that is known")
        #expect(Self.mistake("<a>&#0;</a>") == "3: has '&' before what is no character that is known")
        #expect(Self.mistake("<a>&#xD800;</a>") == "3: has '&' before what is no character that is known")
        #expect(Self.mistake("<a><b></a>") == "9: has '</a>' where nothing of this name ends")
        #expect(Self.mistake("<a>") == "3: ends before '</a>'")
        #expect(Self.mistake("<a/><b/>") == "4: has a second element at its top")
        #expect(Self.mistake("<a x='1' x='2'/>") == "14: has the attribute 'x' twice in '<a'")
        #expect(Self.mistake("<a x='<'/>") == "6: has '<' in the attribute 'x'")
        #expect(Self.mistake("<a/>text") == "8: has text outside of its element")
        #expect(Self.mistake("hello") == "5: has text outside of its element")
        #expect(Self.mistake("") == "0: has no element")
        #expect(Self.mistake("<!-- never ends") == "0: ends before '-->'")
        let deep = String(repeating: "<a>", count: 65) + String(repeating: "</a>", count: 65)
        #expect(Self.mistake(deep) == "195: has elements in more than 64 others")
        #expect(Self.mistake(String(deep.dropFirst(3).dropLast(4))) == nil)
        let wide = "<a>" + String(repeating: "<b/>", count: 100_000) + "</a>"
        #expect(Self.mistake(wide) == "400001: has more than 100000 elements and attributes")
    }

    @Test func `no prefix of a document ends the reader`() {
        let bytes = Array(#"<?xml version="1.0"?><!-- c --><a b="1&amp;" c='2'>x<d/><![CDATA[y]]>&#65;</a>"#.utf8)
        for end in bytes.indices { #expect(XMLDocument(parsing: Array(bytes[..<end])) == nil) }
        for index in bytes.indices {
            var changed = bytes
            changed[index] = UInt8(ascii: "<")
            _ = XMLDocument(parsing: changed)
            changed[index] = 0xFF
            _ = XMLDocument(parsing: changed)
        }
    }

    @Test func `a place is a path from the first element on`() throws {
        let document = try #require(XMLDocument(parsing: Array("<r><a>1</a><a><b c='2'>3</b></a></r>".utf8)))
        func text(_ path: String) -> String? { XMLPath(path).flatMap { document.text(at: $0) } }
        #expect(text("/r/a") == "1")
        #expect(text("/r/a/b") == "3")
        #expect(text("/r/a/b/@c") == "2")
        #expect(text("/r/x") == nil)
        #expect(text("/x") == nil)
        for path in ["r/a", "/", "", "/r//a", "/r/a[1]", "/@x", "/r/@", "//r"] { #expect(XMLPath(path) == nil, "\(path)") }
    }
}
