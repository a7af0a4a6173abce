import FuzzProperties
import Testing

@testable import Mappings

/// Each function with what it gives, what it makes of nothing, and what is wrong with it in a file.
struct FunctionTests {
    private static let conversion: Conversion = {
        var conversion = Conversion(id: Samples.id, source: "shop", tracker: "acme", receivedAt: Samples.receivedAt)
        conversion[.currency] = .text("EUR")
        conversion[.amount] = .number(decimal("49.90"))
        conversion[.occurredAt] = .time(Timestamp(microseconds: 1_717_000_000_123_456))
        conversion[.customerEmail] = .text(" Jane.Doe+news@Gmail.com ")
        conversion[.customerPhone] = .text("030 12345678")
        conversion[.customerCountry] = .text("DE")
        conversion[.pageURL] = .text("https://shop.example/p?gclid=Cj0%2BKCQ&utm=x#top?gclid=no")
        conversion.items = [
            Item(sku: "a", name: "Pear", quantity: decimal("3"), unitPrice: decimal("4")),
            Item(sku: "b", quantity: decimal("1"), unitPrice: decimal("1.5")),
            Item(name: "Plum", quantity: decimal("2"), unitPrice: decimal("10")),
        ]
        conversion.items[0][.total] = .number(decimal("10"))
        conversion.items[0][.discount] = .number(decimal("2"))
        conversion.items[1][.category] = .text("fruit")
        conversion.extra = ["AMT": "12.50", "QTY": .number("3"), "word": "abc", "seconds": "90"]
        return conversion
    }()

    private static func decimal(_ text: String) -> ExactDecimal { (try? ExactDecimal(parsing: text)) ?? .zero }

    private static func parse(_ source: String, _ names: ExpressionNames = .conversion) -> Result<Expression, FieldFailure> {
        var diagnostics = Diagnostics()
        let place = SourceLocation(file: "f", line: 1, column: 1)
        if let expression = ExpressionParser.parse(source, at: place, names: names, into: &diagnostics) { return .success(expression) }
        return .failure(FieldFailure(diagnostics.sorted.map { "\($0.location.column): \($0.message)" }.joined(separator: "\n")))
    }

    /// The value as text, `absent`, or what is wrong with the expression and at which column.
    private static func outcome(_ source: String) -> String {
        switch parse(source) {
        case .success(let expression):
            let value = expression.value(ExpressionInput(conversion))
            return value.isAbsent ? "absent" : value.description
        case .failure(let failure): return failure.sentence
        }
    }

    @Test(arguments: [
        // A character is one of Unicode's.
        ("substring(\"abcdef\", 2, 3)", "bcd"), ("substring(\"abcdef\", 5)", "ef"), ("substring(\"abcdef\", 5, 99)", "ef"),
        ("substring(\"abc\", 4, 1)", "absent"), ("substring(\"Zürich 😀!\", 2, 7)", "ürich 😀"), ("substring(coupon_code, 1, 2)", "absent"),
        ("substring(\"abc\", 9223372036854775807, 9223372036854775807)", "absent"), ("substring(\"abc\", extra.QTY, 1)", "c"),
        ("replace(\"a-b-c\", \"-\", \"\")", "abc"), ("replace(\"aaa\", \"aa\", \"b\")", "ba"), ("replace(\"x\", \"x\", \"\")", "absent"),
        ("replace(\"ääü\", \"ä\", \"ae\")", "aeaeü"), ("replace(coupon_code, \"a\", \"b\")", "absent"),
        ("split(\"a, b,,d\", \",\", 2)", "b"), ("split(\"a, b,,d\", \",\", 3)", "absent"), ("split(\"a, b,,d\", \",\", -1)", "d"),
        ("split(\"a\", \",\", 2)", "absent"), ("split(\"fb.1.99.abc\", \".\", 4)", "abc"), ("split(coupon_code, \",\", 1)", "absent"),
        ("omit(\"St. John's (2)\", \". ()'\")", "StJohns2"), ("omit(\"--\", \"-\")", "absent"),
        ("digits(\"+49 (0)30-12\")", "4903012"), ("digits(\"٠١۲３\")", "0123"), ("digits(\"none\")", "absent"),
        ("letters(\" Sankt Pölten, 3100! \")", "sanktpölten3100"), ("letters(\"東京 23区\")", "東京23区"), ("letters(\"…\")", "absent"),
        ("letters(ascii(\"São Paulo\"))", "saopaulo"),
        ("ascii(\"Zürich Łódź Straße Ærø\")", "Zurich Lodz Strasse AEro"), ("ascii(\"Cafe\u{301} Đà Nẵng\")", "Cafe Da Nang"),
        ("ascii(\"Москва 東京 й\")", "Москва 東京 й"),
        ("trim(\"  \")", "absent"), ("lower(\"ÀÉ\")", "àé"),
        ("gmail(\"Jane.Doe+news@Gmail.com\")", "JaneDoe@Gmail.com"), ("gmail(\"a.b@googlemail.com\")", "ab@googlemail.com"),
        ("gmail(\"a.b+c@example.com\")", "a.b+c@example.com"), ("gmail(\"a.b@notgmail.com\")", "a.b@notgmail.com"),
        ("gmail(\"+x@gmail.com\")", "+x@gmail.com"), ("gmail(\"no address\")", "no address"),
        ("parameter(page_url, \"gclid\")", "Cj0+KCQ"), ("parameter(page_url, \"utm\")", "x"), ("parameter(page_url, \"fbclid\")", "absent"),
        ("parameter(\"/?fbclid=A-1\", \"fbclid\")", "A-1"), ("parameter(\"https://a.example/\", \"x\")", "absent"),
        ("parameter(\"?x=\", \"x\")", "absent"),
    ])
    func `a text function gives a text or nothing`(source: String, value: String) {
        #expect(Self.outcome(source) == value)
    }

    @Test(arguments: [
        ("number(\"12.50\")", "12.5"), ("number(\" 1e2 \")", "100"), ("number(\"19.989999999999998\")", "19.99"),
        ("number(\"12,50\")", "absent"),
        ("number(amount)", "49.9"), ("number(extra.AMT) + number(extra.QTY)", "15.5"), ("number(coupon_code)", "absent"),
        ("decimals(amount, 2)", "49.90"), ("decimals(amount, 0)", "50"), ("decimals(1.005, 2)", "1.01"),
        ("decimals(0 - 1.005, 2)", "-1.01"),
        ("decimals(amount, currency)", "49.90"), ("decimals(1.5, \"JPY\")", "2"), ("decimals(1.25, \"USDT\")", "1.25"),
        ("decimals(discount, 2)", "absent"), ("decimals(minor(amount) / 100, 3)", "49.900"),
        // A text that is a number counts as one beside what is a number.
        ("extra.AMT * 2", "25"), ("extra.AMT * extra.QTY", "37.5"), ("extra.AMT + 1", "13.5"), ("-extra.AMT", "-12.5"),
        ("round(extra.AMT, 0)", "13"), ("minor(extra.AMT)", "1250"), ("extra.word * 2", "absent"), ("extra.AMT + extra.AMT", "12.5012.50"),
        ("sum(items, extra.QTY)", "9"),
    ])
    func `a number comes from a text and becomes one`(source: String, value: String) {
        #expect(Self.outcome(source) == value)
    }

    @Test(arguments: [
        ("md5(\"\" + \"abc\")", "900150983cd24fb0d6963f7d28e17f72"), ("sha1(\"abc\")", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            "sha512(\"abc\")",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
        // RFC 2202 and RFC 4231, case 2.
        ("hmac(\"md5\", \"Jefe\", \"what do ya want for nothing?\")", "750c783e6ab0b503eaa86e310a5db738"),
        ("hmac(\"sha1\", \"Jefe\", \"what do ya want for nothing?\")", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (
            "hmac(\"sha256\", \"Jefe\", \"what do ya want for nothing?\")",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            "hmac(\"sha512\", \"Jefe\", \"what do ya want for nothing?\")",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
        ),
        ("md5(coupon_code)", "absent"), ("hmac(\"sha256\", coupon_code, \"a\")", "absent"), ("sha256(trim(\" \"))", "absent"),
        ("hashed(md5(\"a\"))", "true"), ("hashed(sha1(\"a\"))", "true"), ("hashed(upper(sha256(\"a\")))", "true"),
        ("hashed(sha512(\"a\"))", "false"), ("hashed(\"jane@example.com\")", "false"), ("hashed(coupon_code)", "absent"),
        ("hashed(\"zz0150983cd24fb0d6963f7d28e17f72\")", "false"),
    ])
    func `a digest is the published one, and is known as one`(source: String, value: String) {
        #expect(Self.outcome(source) == value)
    }

    /// What each platform's page or SDK makes of a text before it hashes it, with the published digests.
    @Test(arguments: [
        // Meta: e-mail trimmed and in lower case.
        ("sha256(lower(trim(\" John_Smith@Gmail.com \")))", "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"),
        ("sha256(lower(trim(\" Jane.Doe@Gmail.com \")))", "831f6494ad6be4fcb3a724c3d5fef22d3ceffa3c62ef3a7984e45a0ea177f982"),
        // Google: dots and a tag go at Gmail.
        ("sha256(gmail(lower(trim(\" Jane.Doe@Gmail.com \"))))", "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69"),
        ("gmail(lower(trim(customer.email)))", "janedoe@gmail.com"),
        // Meta: digits with the calling code; Google: the same behind a plus.
        ("sha256(digits(e164(\"(650) 555-1212\", \"US\")))", "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"),
        ("sha256(e164(\"650.555.1212\", \"US\"))", "1e231c66011e7a2d867a9cfae267a6aff103cf4913640b6e71a99850fc0ffbc8"),
        // Meta's SDK: a city without digits, blanks and some punctuation.
        ("omit(lower(trim(\" Frankfurt (Oder) 1 \")), \"0123456789.-() \")", "frankfurtoder"),
        // Meta's page, TikTok and Pinterest: without blanks and punctuation.
        ("letters(\" New York! \")", "newyork"),
        // Meta: a zip without blanks, cut at the hyphen; Pinterest: digits only.
        ("omit(lower(split(\" 94035-1234\", \"-\", 1)), \" \")", "94035"), ("omit(lower(\"M1 1AE\"), \" \")", "m11ae"),
        ("digits(\"94035-1234\")", "940351234"),
        // Meta: a date of birth as YYYYMMDD.
        ("digits(\"1990-05-31\")", "19900531"),
        // The examples of Meta's page: names without punctuation, accents kept; a date of birth; a country.
        ("sha256(letters(\"Mary\"))", "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"),
        ("sha256(letters(\"정\"))", "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"),
        ("sha256(letters(\"Valéry\"))", "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
        ("letters(\"O'Brien-Kühn\")", "obrienkühn"),
        ("sha256(digits(\"1997-02-16\"))", "01acdbf6ec7b4f478a225f1a246e5d6767eeab1a7ffa17f025265b5b94f40f0c"),
        (
            "sha256(lower(country(\"United States\", \"alpha2\")))",
            "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"
        ),
        // The examples of Snap's page.
        ("sha256(lower(trim(\"Person@Example.com\")))", "542d240129883c019e106e3b1b2d3f3cb3537c43c425364de8e951d5a3083345"),
        ("sha256(digits(e164(\"+44 844 412 4653\", \"GB\")))", "dc008fda46e2e64002cf2f82a4906236282d431c4f75e5b60bfe79fc48546383"),
        // The examples of Google's page: only at Gmail dots and the tag go.
        ("gmail(\"cloudy.sanfrancisco+shopping@gmail.com\")", "cloudysanfrancisco@gmail.com"),
        ("gmail(lower(\"user.name+NYC@Example.com\"))", "user.name+nyc@example.com"),
        ("if(hashed(customer.phone), lower(customer.phone), digits(e164(customer.phone, customer.country)))", "493012345678"),
    ])
    func `a person's data is hashed as the platform documents it`(source: String, value: String) {
        #expect(Self.outcome(source) == value)
    }

    @Test(arguments: [
        ("unix(occurred_at)", "1717000000"), ("unix_ms(occurred_at)", "1717000000123"), ("unix_us(occurred_at)", "1717000000123456"),
        ("unix(coalesce(occurred_at, received_at))", "1717000000"),
        ("format(occurred_at, \"yyyy-MM-dd HH:mm:ss\")", "2024-05-29 16:26:40"),
        ("format(occurred_at, \"yyyy-MM-dd HH:mm:ssxxx\", \"+05:30\")", "2024-05-29 21:56:40+05:30"),
        ("format(occurred_at, \"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\", \"Z\")", "2024-05-29T16:26:40.123Z"),
        ("format(occurred_at, \"dd/MM/yy hh:mm a\", \"-0800\")", "29/05/24 08:26 AM"),
        ("format(occurred_at, \"d MMM yyyy\", \"UTC\")", "29 May 2024"),
        ("format(occurred_at, \"yyyyMMddTHHmmssxx\", \"-08:00\")", "20240529T082640-0800"),
        ("format(occurred_at, \"SSSSSS\", coupon_code)", "absent"), ("format(occurred_at, \"yyyy\", \"soon\" + \"\")", "absent"),
        ("occurred_at + seconds(90)", "2024-05-29T16:28:10.123Z"),
        ("seconds(0.000001) + occurred_at - seconds(86400)", "2024-05-28T16:26:40.123Z"),
        ("occurred_at + seconds(extra.seconds)", "2024-05-29T16:28:10.123Z"), ("occurred_at + seconds(amount * 1e30)", "absent"),
        ("seconds(occurred_at - time(\"2024-05-29T16:26:00Z\"))", "40.123456"),
        ("occurred_at - time(\"2024-05-29T00:00:00Z\") < seconds(86400)", "true"), ("seconds(discount)", "absent"),
        ("unix(occurred_at + seconds(0.9))", "1717000001"), ("unix(occurred_at - occurred_at + occurred_at)", "1717000000"),
    ])
    func `a time is counted, written and moved exactly`(source: String, value: String) {
        #expect(Self.outcome(source) == value)
    }

    @Test(arguments: [
        ("country(\"de\", \"alpha3\")", "DEU"), ("country(\"DEU\", \"alpha2\")", "DE"), ("country(\" germany \", \"alpha2\")", "DE"),
        ("country(\"Côte d'Ivoire\", \"alpha2\")", "CI"), ("country(\"COTE D IVOIRE\", \"alpha3\")", "CIV"),
        ("country(\"UK\", \"alpha2\")", "GB"),
        ("country(\"us\", \"name\")", "United States"), ("country(\"KR\", \"name\")", "South Korea"),
        ("country(\"xx\", \"alpha3\")", "absent"),
        ("country(coupon_code, \"name\")", "absent"), ("lower(country(customer.country, \"alpha2\"))", "de"),
        ("state(\"California\", \"US\")", "CA"), ("state(\"ca\", \"USA\")", "CA"), ("state(\"São Paulo\", \"BR\")", "SP"),
        ("state(\"sao paulo\", \"BR\")", "SP"), ("state(\"Quebec\", \"CA\")", "QC"), ("state(\"Québec\", \"CA\")", "QC"),
        ("state(\"New South Wales\", \"AU\")", "NSW"), ("state(\"Orissa\", \"IN\")", "OD"), ("state(\"OR\", \"IN\")", "OD"),
        ("state(\"Bayern\", customer.country)", "absent"), ("state(\"Atlantis\", \"US\")", "absent"),
        ("state(coupon_code, \"US\")", "absent"),
    ])
    func `a country and a state are found by letters or name`(source: String, value: String) {
        #expect(Self.outcome(source) == value)
    }

    @Test(arguments: [
        ("join(items, sku, \",\")", "a,b,"), ("join(items, coalesce(name, \"-\"), \"|\")", "Pear|-|Plum"),
        ("join(items, items[].category, \",\")", ",fruit,"),
        ("join(items, coalesce(sku, name) + \":\" + quantity, \";\")", "a:3;b:1;Plum:2"), ("join(items, coupon_code, \",\")", "absent"),
        ("sum(items, coalesce(total, unit_price * quantity))", "31.5"),
        ("sum(items, unit_price * quantity - coalesce(items[].discount, 0))", "31.5"),
        ("sum(items, total)", "31.5"),
    ])
    func `a list is joined and added up with all parts of an item`(source: String, value: String) {
        #expect(Self.outcome(source) == value)
    }

    @Test(arguments: [
        ("substring(\"a\", 0)", "16: substring counts whole characters from 1, found 0"),
        ("substring(\"a\", 1, 1.5)", "19: substring counts whole characters from 1, found 1.5"),
        ("substring(amount, 1)", "11: what substring takes must be a text, but this is a number"),
        ("substring(\"a\", \"1\")", "16: argument 2 of substring must be a number, but this is a text"),
        ("substring(\"a\")", "1: substring takes 2 to 3 arguments, found 1"),
        ("replace(\"a\", \"\", \"b\")", "14: replace looks for nothing here; write at least one character"),
        ("split(\"a\", \",\", 0)", "17: split counts parts from 1, or from -1 at the end, found 0"),
        ("split(\"a\", \"\", 1)", "12: split parts at nothing here; write at least one character"),
        ("decimals(amount, 31)", "18: decimals takes 0 to 30 decimals, found 31"),
        ("decimals(amount, true)", "18: what decimals rounds to must be a number, but this is a flag"),
        ("number(occurred_at)", "8: what number takes must be a text, but this is a time"),
        ("hmac(\"sha3\", \"k\", \"a\")", "6: unknown word 'sha3'; did you mean 'sha1'?"),
        ("hmac(coupon_code, \"k\", \"a\")", "6: what hmac takes must be a text in quotes"),
        ("country(\"DE\", \"alpha4\")", "15: unknown word 'alpha4'; did you mean 'alpha2'?"),
        ("country(\"DE\")", "1: country takes 2 arguments, found 1"),
        ("e164(\"1\", \"Atlantis\")", "11: 'Atlantis' is no country; write its ISO 3166 letters such as DE"),
        ("e164(\"1\", \"AQ\")", "11: Antarctica has no telephone numbers of its own"),
        ("state(\"Bayern\", \"DE\")", "17: the states of 'DE' are not known; known: US, CA, AU, BR, IN"),
        ("unix(amount)", "6: what unix takes must be a time, but this is a number"),
        ("format(amount, \"yyyy\")", "8: what format takes must be a time, but this is a number"),
        ("format(occurred_at, coupon_code)", "21: the pattern of format must be a text in quotes"),
        (
            "format(occurred_at, \"YYYY-MM-DD\")",
            "21: the pattern 'YYYY-MM-DD' has 'YYYY', which is no part of a time; the parts are yyyy MM dd HH mm ss SSS xxx, and plain letters stand in '…'"
        ),
        ("format(occurred_at, \"-\")", "21: the pattern '-' has no part of a time; write it as yyyy-MM-dd HH:mm:ss"),
        ("format(occurred_at, \"yyyy'T\")", "21: the pattern 'yyyy'T' has a ' that is not closed"),
        (
            "format(occurred_at, \"yyyy\", \"Europe/Berlin\")",
            "29: 'Europe/Berlin' is no offset from UTC; write it as +01:00; zones with names change their rules, so only offsets are known"
        ),
        ("format(occurred_at, \"yyyy\", \"+25:00\")", "29: '+25:00' is no offset from UTC; write it as +01:00"),
        ("occurred_at + 90", "1: the left side of '+' must be a number, but this is a time"),
        ("occurred_at + occurred_at", "1: the left side of '+' must be a number, but this is a time"),
        ("seconds(90) * 2", "1: the left side of '*' must be a number, but this is a length of time"),
        ("seconds(\"90\")", "9: what seconds takes must be a number, but this is a text"),
        ("occurred_at > seconds(5)", "13: a time cannot be compared with a length of time"),
        ("join(items, sku, coupon_code)", "18: what join puts between must be a text in quotes"),
        ("join(items, sku)", "16: expected ',', found ')'"),
        ("join(items, sum(items, 1), \",\")", "13: sum cannot be inside join"),
        ("items[].sku", "1: 'items[].sku' is of each item; use it in sum(items, …) or join(items, …)"),
        ("sum(items, items[].prize)", "12: unknown name 'items[].prize'"),
        ("mad5(\"a\")", "1: unknown function 'mad5'; did you mean 'md5'?"),
    ])
    func `a mistake is found in the file, with its column`(source: String, sentence: String) {
        #expect(Self.outcome(source) == sentence)
    }

    @Test func `an expression of one item knows its parts`() throws {
        let expression = try Self.parse("coalesce(items[].sku, name) + \"/\" + count()", ExpressionNames(hasItem: true)).get()
        let input = ExpressionInput(Self.conversion)
        #expect((0..<3).map { expression.value(input, item: $0).description } == ["a/3", "b/3", "Plum/3"])
    }

    @Test func `arithmetic says which text is no number`() throws {
        let expression = try Self.parse("extra.word * 2 + extra.AMT * extra.word").get()
        #expect(expression.oddNumbers(ExpressionInput(Self.conversion)).map { "\($0.path) \($0.text)" } == ["extra.word abc"])
        #expect(try Self.parse("extra.AMT * 2").get().oddNumbers(ExpressionInput(Self.conversion)).isEmpty)
    }

    @Test(arguments: [
        "join(items, coalesce(sku, name), \",\")", "format(occurred_at, \"yyyy-MM-dd'T'HH\", \"+01:00\")", "extra.AMT * (2 + extra.QTY)",
        "occurred_at + seconds(90) < received_at", "substring(replace(order_id, \"a\", \"b\"), 1, 3)",
    ])
    func `a function is written out as it was read`(source: String) throws {
        let expression = try Self.parse(source).get()
        #expect(expression.text() == source)
        #expect(try Self.parse(expression.text()).get() == expression)
    }
}
