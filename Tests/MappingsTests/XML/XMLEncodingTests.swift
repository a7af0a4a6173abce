import Testing

@testable import Mappings

struct XMLEncodingTests {
    private static let document = "<a b=\"ß\">日本 José 😀</a>"

    private static func wide(_ text: String, isBigEndian: Bool) -> [UInt8] {
        text.utf16.flatMap { unit -> [UInt8] in
            let bytes = [UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit)]
            return isBigEndian ? bytes : bytes.reversed()
        }
    }

    private static func mistake(_ bytes: [UInt8]) -> String? {
        do throws(XMLReader.Mistake) {
            _ = try XMLReader.read(bytes)
            return nil
        } catch {
            return error.description
        }
    }

    @Test(arguments: [true, false])
    func `UTF-16 is read with a byte order mark and without`(isBigEndian: Bool) throws {
        for text in ["\u{FEFF}" + Self.document, Self.document, "\u{FEFF}<?xml version='1.0' encoding='UTF-16'?>\n" + Self.document] {
            let root = try XMLReader.read(Self.wide(text, isBigEndian: isBigEndian))
            #expect(root.text == "日本 José 😀" && root.attributes[0].value == "ß")
        }
        let half = Self.wide("<a>", isBigEndian: isBigEndian) + Self.wide("😀", isBigEndian: isBigEndian).prefix(2)
        #expect(Self.mistake(half) == "line 1, column 1: it is not in UTF-16, as its first bytes say")
        #expect(
            Self.mistake(Self.wide("<a/>", isBigEndian: isBigEndian) + [0])
                == "line 1, column 1: it is not in UTF-16, as its first bytes say")
        #expect(Self.mistake(Self.wide("<a>\n</b>", isBigEndian: isBigEndian)) == "line 2, column 1: it has '</b>' where '</a>' is due")
    }

    @Test func `UTF-8 is read with a byte order mark and without, and if the document says that it was UTF-16 once`() throws {
        for text in ["", "\u{FEFF}", "<?xml version=\"1.0\" encoding=\"utf-8\"?>", "<?xml version=\"1.0\" encoding=\"utf-16\"?>"] {
            #expect(try XMLReader.read(Array((text + Self.document).utf8)).text == "日本 José 😀")
        }
    }

    @Test(arguments: ["ISO-8859-1", "iso-8859-1", "windows-1252", "latin1"])
    func `Latin-1 is read if the document says so`(name: String) throws {
        let bytes = Array("<?xml version=\"1.0\" encoding='\(name)'?><a>Jos".utf8) + [0xE9, 0x80] + Array("</a>".utf8)
        #expect(try XMLReader.read(bytes).text == "José€")
    }

    @Test func `other bytes are refused, with what is read`() {
        #expect(
            Self.mistake(Array("<a>\nJos".utf8) + [0xE9] + Array("</a>".utf8))
                == "line 2, column 4: it is not in UTF-8; a document in another encoding begins with its name")
        #expect(
            Self.mistake(Array("<?xml version='1.0' encoding='EUC-JP'?><a/>".utf8))
                == "line 1, column 1: it is in the encoding 'EUC-JP'; UTF-8, UTF-16 and ISO-8859-1 are read")
    }
}
