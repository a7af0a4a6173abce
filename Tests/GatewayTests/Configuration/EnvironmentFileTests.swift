import Testing

@testable import Gateway

struct EnvironmentFileTests {
    @Test(arguments: [
        ("KEY=value", "value"), ("KEY =  a  b \t", "a  b"), ("KEY=", ""), ("KEY=\r\n", ""), ("KEY=\"a \\\"b\\\" \"", "a \"b\" "),
        (#"KEY='a\b'"c""#, #"a\bc"#), (#"KEY="a\b\\c\$d""#, #"a\b\c$d"#), (#"KEY=a\ b\\"#, #"a b\"#), ("KEY=a\\\nb", "ab"),
        ("KEY=\"a\nb\"", "a\nb"), ("KEY=\"a\\\nb\"", "ab"), ("KEY=it's", "it's"), ("KEY=a#b ; c", "a#b ; c"), ("KEY=a=b", "a=b"),
        ("KEY='' ' x '", " x "), ("  KEY=München", "München"), ("\u{FEFF}KEY=1", "1"),
    ])
    func `a value is what systemd makes of it`(line: String, value: String) throws {
        #expect(try EnvironmentFile(parsing: line).variables == [.init(name: "KEY", value: value)])
    }

    @Test func `comments and blank lines are passed over`() throws {
        let file = try EnvironmentFile(parsing: "# a comment \\\nA=1\n\n   ; another=one\n\t\nA=2\nB_2=\"x\" # y\n#")
        #expect(file.variables == [.init(name: "A", value: "1"), .init(name: "A", value: "2"), .init(name: "B_2", value: "x# y")])
        #expect(try EnvironmentFile(parsing: "").variables == [])
    }

    @Test(arguments: [
        ("A=1\ns3cr3t\nB=2", 2, "this line has no '='; write NAME=VALUE, or '#' before a comment"),
        ("s3cr3t", 1, "this line has no '='; write NAME=VALUE, or '#' before a comment"),
        ("\nexport A=1", 2, "what is before '=' is no name of a variable; leave out 'export'"),
        ("1A=1", 1, "what is before '=' is no name of a variable; it has letters, digits and '_' only and begins with no digit"),
        ("=1", 1, "what is before '=' is no name of a variable; it has letters, digits and '_' only and begins with no digit"),
        ("A=1\nB='s3cr3t\nC=2\n", 2, "the value that begins here has no closing single quote"),
        ("A=\"s3cr3t\\", 1, "the value that begins here has no closing double quote"),
    ])
    func `what systemd would pass over is a mistake, shown without the value`(text: String, line: Int, message: String) {
        #expect(throws: EnvironmentFile.Failure(line: line, message: message)) { try EnvironmentFile(parsing: text) }
    }
}
