import FuzzProperties
import Testing

@testable import Mappings

/// Whatever serialiser signs and sends, its request verifies; and whatever is changed in it, no text that it may have signed is left.
struct SignatureBindingTests {
    private typealias Pairs = [(name: String, value: SampleValue)]

    /// A request's content, which each serialiser writes in its own way.
    private indirect enum SampleValue: Equatable {
        case text(String)
        case number(String)
        case flag(Bool)
        case null
        case list([SampleValue])
        case object([String], [SampleValue])
    }

    // MARK: Serialisers

    private struct Serialiser {
        var name: String
        /// Characters of a text that become `\uXXXX`, with the digits' case.
        var escapes: @Sendable (Unicode.Scalar) -> Bool
        var isUppercase = false
        /// The same for characters of ASCII alone.
        var isUppercaseASCII = false
        var escapesSlashes = false
        var isSpaced = false
        var indent: String?
        var order: @Sendable ([String]) -> [Int]
        var end = ""

        func json(_ value: SampleValue, level: Int = 0) -> String {
            let colon = isSpaced || indent != nil ? ": " : ":"
            func joined(_ parts: [String], _ open: String, _ close: String) -> String {
                guard let indent, !parts.isEmpty else { return open + parts.joined(separator: isSpaced ? ", " : ",") + close }
                let (line, end) = (
                    "\n" + String(repeating: indent, count: level + 1), "\n" + String(repeating: indent, count: level)
                )
                return open + parts.map { line + $0 }.joined(separator: ",") + end + close
            }
            switch value {
            case .text(let text): return quoted(text)
            case .number(let text): return text
            case .flag(let flag): return flag ? "true" : "false"
            case .null: return "null"
            case .list(let values): return joined(values.map { json($0, level: level + 1) }, "[", "]")
            case .object(let names, let values):
                return joined(order(names).map { quoted(names[$0]) + colon + json(values[$0], level: level + 1) }, "{", "}")
            }
        }

        var keepsOrder: Bool { order(["b", "a"]) == [0, 1] }

        private func quoted(_ text: String) -> String {
            var json = "\""
            for scalar in text.unicodeScalars {
                switch scalar {
                case _ where escapes(scalar) && scalar != "\n" && scalar != "\\":
                    for unit in String(scalar).utf16 {
                        let digits = String(unit, radix: 16, uppercase: isUppercase || isUppercaseASCII && unit < 0x80)
                        json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                    }
                case "\"", "\\": json += "\\" + String(scalar)
                case "\n": json += "\\n"
                case "/" where escapesSlashes: json += "\\/"
                default: json.unicodeScalars.append(scalar)
                }
            }
            return json + "\""
        }
    }

    private static let sent: @Sendable ([String]) -> [Int] = { Array($0.indices) }
    private static let sorted: @Sendable ([String]) -> [Int] = { names in
        names.indices.sorted { names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8) }
    }
    /// PostgreSQL's jsonb.
    private static let byLength: @Sendable ([String]) -> [Int] = { names in
        names.indices.sorted { (names[$0].utf8.count, names[$0]) < (names[$1].utf8.count, names[$1]) }
    }

    private static let serialisers = [
        Serialiser(name: "PHP", escapes: { !$0.isASCII }, escapesSlashes: true, order: sent),
        Serialiser(name: "PHP unescaped, sorted", escapes: { _ in false }, order: sorted),
        Serialiser(name: "Python", escapes: { !$0.isASCII }, isSpaced: true, order: sent),
        Serialiser(name: "Python sorted", escapes: { !$0.isASCII }, isSpaced: true, order: sorted),
        Serialiser(name: "Python compact, sorted", escapes: { !$0.isASCII }, order: sorted),
        Serialiser(name: "JavaScript", escapes: { _ in false }, order: sent),
        Serialiser(name: "Go", escapes: { "&<>".unicodeScalars.contains($0) }, order: sorted, end: "\n"),
        Serialiser(name: "Rails", escapes: { "&<>".unicodeScalars.contains($0) }, order: sent),
        Serialiser(name: "Gson", escapes: { "&<>='".unicodeScalars.contains($0) }, order: sent),
        Serialiser(name: ".NET", escapes: { !$0.isASCII || "&<>'+".unicodeScalars.contains($0) }, isUppercase: true, order: sent),
        Serialiser(name: "Swift", escapes: { _ in false }, escapesSlashes: true, order: sent),
        Serialiser(name: "jsonb", escapes: { _ in false }, isSpaced: true, order: byLength),
    ]

    /// Those whose texts verify whatever other serialiser sends the same members in their own order.
    private static let signers =
        serialisers.filter { $0.name != ".NET" && $0.name != "Gson" && $0.name != "jsonb" } + [
            Serialiser(name: "Gson, all", escapes: { "&<>='\u{2028}\u{2029}".unicodeScalars.contains($0) }, order: sent),
            Serialiser(
                name: "System.Text.Json", escapes: { !$0.isASCII || "&<>'\"+`\u{7F}".unicodeScalars.contains($0) }, isUppercase: true,
                order: sent),
            Serialiser(
                name: "Symfony", escapes: { !$0.isASCII || "&<>'\"".unicodeScalars.contains($0) }, isUppercaseASCII: true,
                escapesSlashes: true, order: sent),
            Serialiser(name: "Jinja", escapes: { !$0.isASCII || "&<>'\u{7F}".unicodeScalars.contains($0) }, order: sorted),
            Serialiser(name: "JavaScript, 2", escapes: { _ in false }, indent: "  ", order: sent),
            Serialiser(name: "JavaScript, 2, sorted", escapes: { _ in false }, indent: "  ", order: sorted),
            Serialiser(name: "Go, 2", escapes: { "&<>".unicodeScalars.contains($0) }, indent: "  ", order: sorted),
            Serialiser(name: "Python, 4", escapes: { !$0.isASCII || $0 == "\u{7F}" }, indent: "    ", order: sent),
            Serialiser(name: "Python, 4, sorted", escapes: { !$0.isASCII || $0 == "\u{7F}" }, indent: "    ", order: sorted),
            Serialiser(name: "PHP, 4", escapes: { !$0.isASCII }, escapesSlashes: true, indent: "    ", order: sent),
        ]

    private struct Encoder {
        var name: String
        var kept: String
        var space = "%20"

        func encoded(_ pairs: [(name: String, value: String)]) -> String {
            pairs.map { encoded($0.name) + "=" + encoded($0.value) }.joined(separator: "&")
        }

        private func encoded(_ text: String) -> String {
            text.utf8.reduce(into: "") { encoded, byte in
                let scalar = Unicode.Scalar(byte)
                if byte < 0x80, scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || kept.unicodeScalars.contains(scalar) {
                    encoded.unicodeScalars.append(scalar)
                } else {
                    encoded += byte == 0x20 ? space : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
                }
            }
        }
    }

    private static let encoders = [
        Encoder(name: "http_build_query", kept: "-_.", space: "+"), Encoder(name: "rawurlencode", kept: "-_.~"),
        Encoder(name: "urlencode", kept: "-_.~", space: "+"), Encoder(name: "URLSearchParams", kept: "-_.*", space: "+"),
        Encoder(name: "encodeURIComponent", kept: "-_.~!*'()"), Encoder(name: "quote", kept: "-_.~/"),
        Encoder(name: "axios", kept: "-_.~!*'():$,", space: "+"),
    ]

    // MARK: Content

    private static func word(_ random: inout SeededGenerator) -> String {
        let letters = [
            "a", "B", "1", "/", "&", "é", "'", " ", "~", "*", "\"", "\\", "<", "😀", "=", "(", ":", ",", "\n", "{", "-", "+", "`", ">",
        ]
        return (0..<Int.random(in: 1...6, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" }.joined() + "z"
    }

    private static func value(_ random: inout SeededGenerator, depth: Int = 0) -> SampleValue {
        switch Int.random(in: 0..<(depth < 2 ? 9 : 7), using: &random) {
        case 0...3: return .text(word(&random))
        case 4: return .number(["0", "17", "5.50", "1e2", "-3"].randomElement(using: &random) ?? "0")
        case 5: return .flag(Bool.random(using: &random))
        case 6: return .null
        case 7: return .list((0..<Int.random(in: 0...2, using: &random)).map { _ in value(&random, depth: depth + 1) })
        default:
            let names = names(&random, upTo: 3)
            return .object(names, names.map { _ in value(&random, depth: depth + 1) })
        }
    }

    private static func names(_ random: inout SeededGenerator, upTo count: Int) -> [String] {
        let all = ["clickid", "event", "status", "sub_id_1", "sub_id_10", "a", "amount", "é", "sub id", "sign2"].shuffled(using: &random)
        return Array(all.prefix(Int.random(in: 1...count, using: &random)))
    }

    private static func json(_ body: String) -> WireRequest {
        WireRequest(method: "POST", path: "/v1/event", headers: [("Content-Type", "application/json")], body: Array(body.utf8))
    }

    private static func signer() throws -> Signer { try Signer(#require(Samples.mapping("rs-traffic").signature), secret: "k", forms: []) }

    private static func verifies(_ request: WireRequest) throws -> Bool {
        try signer().verifies(Samples.mapping("rs-traffic").parse(request))
    }

    // MARK: What was signed verifies

    @Test func `a body that any serialiser signs and then sends with the signature verifies`() throws {
        var random = SeededGenerator(seed: 21)
        for _ in 0..<120 {
            let names = Self.names(&random, upTo: 6)
            let values = names.map { _ in Self.value(&random) }
            for serialiser in Self.serialisers {
                let text = serialiser.json(.object(names, values)) + serialiser.end
                let place = Int.random(in: 0...names.count, using: &random)
                let sign = try Self.signer().sign(Array(text.utf8))
                var (allNames, allValues) = (names, values)
                allNames.insert("sign", at: place)
                allValues.insert(.text(sign), at: place)
                let body = serialiser.json(.object(allNames, allValues)) + serialiser.end
                #expect(try Self.verifies(Self.json(body)), "\(serialiser.name): \(body)")
                var bare = Self.json(text)
                bare.headers.append(("X-RS-Sign", sign))
                #expect(try Self.verifies(bare), "\(serialiser.name): \(text)")
            }
        }
    }

    @Test func `a text that one serialiser signs verifies if another one sends, or if it goes as a form`() throws {
        var random = SeededGenerator(seed: 26)
        for _ in 0..<8 {
            let names = Self.names(&random, upTo: 5)
            let values = names.map { _ in Self.value(&random) }
            let texts = names.map { _ in Self.word(&random) }
            for signing in Self.signers {
                let sign = try Self.signer().sign(Array((signing.json(.object(names, values)) + signing.end).utf8))
                let others = (Self.serialisers + Self.signers).filter { $0.keepsOrder || !signing.keepsOrder }
                for sending in others.shuffled(using: &random).prefix(3) {
                    var bare = Self.json(sending.json(.object(names, values)))
                    bare.headers.append(("X-RS-Sign", sign))
                    #expect(try Self.verifies(bare), "\(signing.name), \(sending.name): \(String(decoding: bare.body, as: UTF8.self))")
                }
                let typed = texts.map { SampleValue.text($0) }
                let textSign = try Self.signer().sign(Array((signing.json(.object(names, typed)) + signing.end).utf8))
                let query = Self.encoders[0].encoded(Array(zip(names, texts)) + [("sign", textSign)])
                let form = WireRequest(
                    method: "POST", path: "/v1/event", headers: [("Content-Type", "application/x-www-form-urlencoded")],
                    body: Array(query.utf8))
                #expect(try Self.verifies(form), "\(signing.name): \(query)")
            }
        }
    }

    @Test func `parameters that any encoder signs and then sends verify, in a query, a form and a JSON body`() throws {
        var random = SeededGenerator(seed: 22)
        for _ in 0..<120 {
            let pairs = Self.names(&random, upTo: 6).map { (name: $0, value: Self.word(&random)) }
            let inOrder = pairs.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            for encoder in Self.encoders {
                for signed in [pairs, inOrder] {
                    let sign = try Self.signer().sign(Array(encoder.encoded(signed).utf8))
                    let query = encoder.encoded(pairs + [("sign", sign)])
                    let get = WireRequest(method: "GET", path: "/v1/event", query: query)
                    let form = WireRequest(
                        method: "POST", path: "/v1/event", headers: [("Content-Type", "application/x-www-form-urlencoded")],
                        body: Array(query.utf8))
                    let all = pairs + [("sign", sign)]
                    let body = Self.serialisers[0].json(.object(all.map(\.name), all.map { .text($0.value) }))
                    for request in [get, form, Self.json(body)] {
                        #expect(
                            try Self.verifies(request), "\(encoder.name): \(request.query)\(String(decoding: request.body, as: UTF8.self))")
                    }
                }
            }
        }
    }

    // MARK: What was changed does not

    /// Every text that a request may be signed as, also with the line feed behind it that each may have.
    private static func texts(_ request: WireRequest) throws -> Set<[UInt8]> {
        let mapping = try Samples.mapping("rs-traffic")
        guard let parsed = try? mapping.parse(request) else { return [] }
        let place: CredentialPlan.Place = request.method == "GET" ? .query("sign") : .body("sign")
        let content = SentContent(parsed, at: place, without: ["sign"])
        var texts: Set<[UInt8]> = []
        for form in SignedForm.all {
            for likelihood in SignedForm.Likelihood.allCases {
                for text in form.received(content, likelihood) where text.ambiguity == nil {
                    texts.formUnion([text.bytes, text.bytes + [10]])
                }
            }
        }
        return texts
    }

    /// What a change must not leave as it was. A parameter string has no types, and `+` and `%` in it are read as its encoder meant them or as they are.
    private static func content(_ names: [String], _ values: [SampleValue]) -> [String: String] {
        let plain = Serialiser(name: "", escapes: { _ in false }, order: sorted)
        var content: [String: String] = [:]
        for (name, value) in zip(names, values) {
            switch value {
            case .null: content[name] = ""
            case .text(let text): content[name] = text
            default: content[name] = plain.json(value)
            }
        }
        return content
    }

    private static func changed(_ names: [String], _ values: [SampleValue], _ random: inout SeededGenerator) -> ([String], [SampleValue]) {
        var (names, values) = (names, values)
        let index = names.indices.randomElement(using: &random) ?? 0
        let other = names.indices.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<8, using: &random) {
        case 0: values[index] = Self.value(&random)
        case 1:
            names.remove(at: index)
            values.remove(at: index)
        case 2:
            names.append("added")
            values.append(Self.value(&random))
        case 3: values.swapAt(index, other)
        case 4:
            // One member into another.
            guard index != other else { break }
            values[other] = .object([names[index]], [values[index]])
            names.remove(at: index)
            values.remove(at: index)
        case 5: names[index] += "x"
        case 6:
            if case .text(let text) = values[index] {
                values[index] = .text(text + ["&", "=", " ", "\n", "a"].randomElement(using: &random)!)
            }
        default:
            // One pair's end into the next one's beginning.
            guard index != other, case .text(let one) = values[index], case .text(let two) = values[other] else { break }
            values[index] = .text(one + "&\(names[other])=" + two)
            names.remove(at: other)
            values.remove(at: other)
        }
        return (names, values)
    }

    @Test func `whatever is changed in a JSON body, no text that its sender may have signed is left`() throws {
        var random = SeededGenerator(seed: 23)
        var compared = 0
        for _ in 0..<1500 {
            let names = Self.names(&random, upTo: 5)
            let values = names.map { _ in Self.value(&random) }
            let (otherNames, otherValues) = Self.changed(names, values, &random)
            guard Self.content(names, values) != Self.content(otherNames, otherValues) else { continue }
            let serialisers = Self.serialisers + Self.signers
            let serialiser = serialisers.randomElement(using: &random) ?? serialisers[0]
            let other = Bool.random(using: &random) ? serialiser : serialisers.randomElement(using: &random) ?? serialiser
            let body = serialiser.json(.object(names + ["sign"], values + [.text("x")]))
            let otherBody = other.json(.object(otherNames + ["sign"], otherValues + [.text("x")]))
            let shared = try Self.texts(Self.json(body)).intersection(Self.texts(Self.json(otherBody)))
            #expect(shared.isEmpty, "\(body) and \(otherBody) may both be signed as \(shared.map { String(decoding: $0, as: UTF8.self) })")
            compared += 1
        }
        #expect(compared > 700)
    }

    @Test func `whatever is changed in a query or a form, or if it becomes JSON, no text that its sender may have signed is left`() throws {
        var random = SeededGenerator(seed: 24)
        var compared = 0
        for _ in 0..<1500 {
            let names = Self.names(&random, upTo: 5)
            let values = names.map { _ in SampleValue.text(Self.word(&random)) }
            let (otherNames, otherValues) = Self.changed(names, values, &random)
            guard Self.content(names, values) != Self.content(otherNames, otherValues) else { continue }
            let requests = [(names, values), (otherNames, otherValues)].map { names, values in
                let content = Self.content(names, values)
                let pairs = names.compactMap { name in content[name].map { (name: name, value: $0) } }
                let encoder = Self.encoders.randomElement(using: &random) ?? Self.encoders[0]
                let query = encoder.encoded(pairs + [("sign", "x")])
                if Int.random(in: 0..<3, using: &random) > 0 { return WireRequest(method: "GET", path: "/v1/event", query: query) }
                return Self.json(Self.serialisers[1].json(.object(names + ["sign"], values + [.text("x")])))
            }
            let shared = try Self.texts(requests[0]).intersection(Self.texts(requests[1]))
            #expect(shared.isEmpty, "\(requests.map(\.query)) may both be signed as \(shared.map { String(decoding: $0, as: UTF8.self) })")
            compared += 1
        }
        #expect(compared > 700)
    }

    @Test func `a pair that is doubled is no longer what was signed`() throws {
        var random = SeededGenerator(seed: 25)
        for _ in 0..<300 {
            let pairs = Self.names(&random, upTo: 5).map { (name: $0, value: Self.word(&random)) }
            let encoder = Self.encoders.randomElement(using: &random) ?? Self.encoders[0]
            let texts = [pairs, pairs + [pairs[0]]].map { encoder.encoded($0 + [("sign", "x")]) }
                .map { WireRequest(method: "GET", path: "/v1/event", query: $0) }
            #expect(try Self.texts(texts[0]).isDisjoint(with: Self.texts(texts[1])))
        }
    }
}
