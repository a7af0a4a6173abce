import Mappings
import Rules
import Testing

struct PersonTests {
    private let ann = Person(email: " Ann+News@Example.COM ")

    @Test(arguments: [
        "ann+news@example.com", "ANN+NEWS@EXAMPLE.COM", #"{"mail":"ann+news@example.com"}"#, "a=1&mail=ann%2Bnews%40example.com&b=2",
        "mail=ann%2bnews@example.com", "mail=ann+news%40example.com", #"{"mail":"ann+news\u0040example.com"}"#,
        "u=https%3A%2F%2Ft.example%2F%3Fm%3Dann%252Bnews%2540example.com", "to <ann+news@example.com>, please", "ann+news@example.com.",
        "%22ann%2Bnews%40example.com%22", #"line\nann+news@example.com"#, " ann+news@example.com ",
        #"{"m":"\u0061nn\u002Bnews\u0040example\u002ecom"}"#, #"https:\/\/t.example\/ann+news@example.com\/x"#,
        "%61%6E%6E%2B%6e%65%77%73%40example.com",
        "u=%7B%22m%22%3A%22ann%2Bnews%5Cu0040example.com%22%7D", #"{"body":"{\"m\":\"ann\\u002bnews\\u0040example.com\"}"}"#,
        "<m>ann&#43;news&#x40;EXAMPLE.com</m>", #"'ann\x2bnews\x40example.com'"#, "ann+news@example.com-17", "o_1/ann+news@example.com_2",
    ])
    func `an address is found however it is written`(_ text: String) throws { #expect(try #require(ann).isIn(text)) }

    @Test(arguments: [
        "joann+news@example.com", "ann@example.com", "news@example.com", "ann+news@example.com.au", "ann+news@example.company",
        "x.ann+news@example.com", #"jo\u0061nn+news@example.com"#, "ann+news@example.com-17.org", #"ann+news\u00401example.com"#,
        "x%2Eann%2Bnews%40example.com", "ann+news@example.com-x.org", "", "ann",
    ])
    func `another's address is not`(_ text: String) throws { #expect(try !#require(ann).isIn(text)) }

    @Test func `the digest is found in either case, and finds the address`() throws {
        let person = try #require(Person(email: "jane@example.com"))
        let digest = "8c87b489ce35cf2e2f39f80e282cb2e804932a56a213983eeeb428407d43b52d"
        #expect(person.digests == [digest])
        #expect(person.isIn(#"{"h":"\#(digest.uppercased())"}"#))
        let unknown = try #require(Person(sha256: digest))
        for text in ["jane@example.com", "m=JANE%40example.com&x", #"{"a":"%22jane@example.com"}"#, "x \(digest)"] {
            #expect(unknown.isIn(text), "\(text)")
        }
        for text in ["mary.jane@example.com", "jane@example.co", "jane", digest.replacing("8c", with: "9c")] {
            #expect(!unknown.isIn(text), "\(text)")
        }
    }

    @Test func `unusual addresses are found if they stand alone`() throws {
        let person = try #require(Person(email: "o'brien@exämple.de"))
        #expect(person.isIn("O'Brien@exämple.de"))
        #expect(person.isIn(#"{"m":"o'brien@exämple.de"}"#))
    }

    @Test func `a masked text keeps the rest`() throws {
        #expect(
            try #require(ann).masked("a ann+news@example.com b joann+news@example.com c ANN%2BNEWS%40example.com")
                == "a *** b joann+news@example.com c ***")
    }

    @Test func `what is masked is the address as it was written, with its escapes`() throws {
        let person = try #require(ann)
        #expect(person.masked(#"{"a":"ann\u002bnews\u0040example.com","b":"x"}"#) == #"{"a":"***","b":"x"}"#)
        #expect(person.masked("a=%2561nn%2Bnews%2540example.com&b=%20") == "a=***&b=%20")
        #expect(person.masked("ann+news@example.com-17") == "***-17")
    }

    @Test func `a text of nothing but escapes is looked through in a few steps`() throws {
        #expect(try !#require(ann).isIn("%" + String(repeating: "25", count: 50_000) + "40"))
    }

    @Test func `letters outside ASCII are found in either case`() throws {
        let person = try #require(Person(email: "Jürgen@exämple.de"))
        for text in ["m=j%C3%BCrgen%40ex%C3%A4mple.de&x", "x JÜRGEN@EXÄMPLE.DE y", #"{"m":"j\u00fcrgen@ex\u00e4mple.de"}"#] {
            #expect(person.isIn(text), "\(text)")
        }
    }

    @Test(arguments: ["", "jane", "jane@", "@example.com", "a@b@example.com", "jane@localhost", "ja ne@example.com"])
    func `what is no address names no person`(_ text: String) { #expect(Person(email: text) == nil) }

    @Test func `what is no digest names no person`() {
        #expect(Person(sha256: "abc") == nil)
        #expect(Person(sha256: String(repeating: "g", count: 64)) == nil)
    }
}
