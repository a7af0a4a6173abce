import Testing

@testable import Mappings

struct XMLReaderTests {
    private static func mistake(_ text: String) -> String? {
        do throws(XMLReader.Mistake) {
            _ = try XMLReader.read(Array(text.utf8))
            return nil
        } catch {
            return error.description
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

    @Test func `what defines, fetches or grows is refused`() {
        #expect(Self.mistake(#"<!DOCTYPE a SYSTEM "http://x/y.dtd"><a/>"#) == "line 1, column 1: it has a document type, which is not read")
        let bomb = """
            <?xml version="1.0"?>
            <!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;">]>
            <a>&y;</a>
            """
        #expect(Self.mistake(bomb) == "line 2, column 1: it has a document type, which is not read")
        let unknown = "it has '&' before what is no character that is known; write &amp; for '&' itself"
        for text in ["&lol;", "&#0;", "&#xD800;", "&#x110000;", "&#xFFFE;", "&", "& ", "&#;", "&#x;", "&#+65;", "&amp", "a=1&b=2"] {
            #expect(Self.mistake("<a>\n\(text)</a>")?.hasSuffix(unknown) == true, "\(text)")
        }
    }

    @Test(arguments: [
        ("<a><b></a>", "line 1, column 7: it has '</a>' where '</b>' is due"), ("<a>\n\nß<b>", "line 3, column 5: it ends before '</b>'"),
        ("</a>", "line 1, column 1: it has '</a>' where nothing is open"),
        ("<a/><b/>", "line 1, column 5: it has a second element at its top"),
        ("<a x='1' x='2'/>", "line 1, column 15: it has the attribute 'x' twice in '<a'"),
        ("<a x='<'/>", "line 1, column 7: it has '<' in the attribute 'x'"),
        ("<a x=1/>", "line 1, column 6: it has no quote around the attribute 'x'"),
        ("<a x/>", "line 1, column 5: it has no '=' behind the attribute 'x'"),
        ("<a x='1", "line 1, column 8: it ends within the attribute 'x'"),
        ("<a x='1'y='2'/>", "line 1, column 9: it has no blank before an attribute of '<a'"),
        ("<a", "line 1, column 3: it ends within '<a'"),
        ("<a/>\ntext", "line 1, column 5: it has text outside of its element"),
        ("hello", "line 1, column 1: it has text outside of its element"),
        ("<a/><![CDATA[x]]>", "line 1, column 5: it has text outside of its element"), ("", "line 1, column 1: it has no element"),
        ("<!-- never ends", "line 1, column 16: it ends before '--'"),
        ("<a><!-- a -- b --></a>", "line 1, column 11: it has '--' within a comment"),
        ("<a>]]></a>", "line 1, column 4: it has ']]>' outside of CDATA"), ("<a><![CDATA[x</a>", "line 1, column 18: it ends before ']]>'"),
        ("<a><1/></a>", "line 1, column 5: it has no name behind '<'"), ("<a>< b/></a>", "line 1, column 5: it has no name behind '<'"),
        ("<a/><?xml version='1.0'?>", "line 1, column 5: it has an XML declaration that is not at its beginning"),
        ("<a>\u{1}</a>", "line 1, column 4: it has a control character, which XML cannot hold"),
        ("<a>\u{FFFF}</a>", "line 1, column 4: it has a control character, which XML cannot hold"),
        ("<a><!ELEMENT b></a>", "line 1, column 4: it has '<!' before what is neither a comment nor CDATA"),
    ])
    func `what is broken is named with its place`(text: String, sentence: String) { #expect(Self.mistake(text) == sentence) }

    @Test func `a document has up to 64 elements in each other and 100,000 in all`() {
        let deep = String(repeating: "<a>", count: 65) + String(repeating: "</a>", count: 65)
        #expect(Self.mistake(deep) == "line 1, column 196: it has elements in more than 64 others")
        #expect(Self.mistake(String(deep.dropFirst(3).dropLast(4))) == nil)
        #expect(Self.mistake(String(repeating: "<a>", count: 100_000)) == "line 1, column 196: it has elements in more than 64 others")
        let wide = "<a>" + String(repeating: "<b/>", count: 100_000) + "</a>"
        #expect(Self.mistake(wide) == "line 1, column 400002: it has more than 100000 elements and attributes")
        let attributes = (0...1000).map { " a\($0)=''" }.joined()
        #expect(Self.mistake("<a\(attributes)/>")?.hasSuffix("it has more than 1000 attributes in '<a'") == true)
        let name = String(repeating: "n", count: 100_000)
        #expect((Self.mistake("<\(name)>") ?? "").count < 200)
    }

    @Test func `lines end with a line feed however they were written, and are blanks in attributes`() throws {
        let root = try XMLReader.read(Array("<a b='1\r\n2\r3\t4&#10;5'>1\r\n2\r3&#13;<![CDATA[4\r\n5\r]]></a>".utf8))
        #expect(root.text == "1\n2\n3\r4\n5\n")
        #expect(root.attributes[0].value == "1 2 3 4\n5")
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
