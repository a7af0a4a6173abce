/// Parameters as HTML forms send them: `click_id=c-1&amount=5.00`. A member of an object has its whole name, `customer.email`, and an item's
/// its number, `items[0].price`. PHP's `customer[email]` and `items[0][price]` are read too.
final class FormBodyFormat: BodyFormat {
    var name: String { "form" }
    var contentType: String { "application/x-www-form-urlencoded" }

    func isNamed(by mediaType: String) -> Bool { mediaType == contentType }

    func fits(_ body: [UInt8]) -> Bool { true }

    func read(_ layout: RequestLayout, into parsed: inout ParsedRequest) throws(Refusal) {
        if Self.start(of: parsed.request.body) > 0 { parsed.warnings.append(ParsedRequest.byteOrderMark) }
        try parsed.take(Self.text(of: parsed.request.body), by: layout) { .body($0) }
    }

    /// The body without a byte order mark.
    private static func text(of body: [UInt8]) -> [UInt8] {
        let start = start(of: body)
        return start > 0 ? Array(body[start...]) : body
    }

    /// The offset behind a byte order mark; 0 if there is none.
    static func start(of body: [UInt8]) -> Int {
        guard body.first(where: { $0 > 0x20 }) == 0xEF else { return 0 }
        let start = EncodingRepair.start(of: body)
        return body[..<start].contains(0xEF) ? start : 0
    }

    func membersOfUnreadable(_ body: [UInt8], among names: [String]) -> [(name: String, value: String)] {
        Parameters(decoding: Self.text(of: body), upTo: 0, elseOnly: names).pairs
    }

    func members(of body: [UInt8]) -> JSONObject? { Parameters(decoding: Self.text(of: body)).members }

    func pieces(of body: [UInt8], without names: [String]) -> SentContent.Pieces {
        .parameters(SentParameters.all(body, without: names))
    }

    func writer(of shape: BodyShape) -> any BodyWriter { FormBodyWriter(shape) }

    func setting(_ name: String, to value: String, in body: [UInt8]) -> [UInt8] {
        let others = body.split(separator: UInt8(ascii: "&")).filter { Parameters(decoding: Array($0)).pairs.first?.name != name }
        return Array((others + [Array(Parameters.encoded([(name, value)]).utf8)[...]]).joined(separator: [UInt8(ascii: "&")]))
    }

    func masking(_ names: Set<String>, in body: [UInt8], with mask: String) -> [UInt8] {
        let start = Self.start(of: body)
        guard start > 0 else { return Parameters.masking(names, in: body, with: mask) }
        return Array(body[..<start]) + Parameters.masking(names, in: Array(body[start...]), with: mask)
    }
}

private final class FormBodyWriter: BodyWriter {
    private let constants: [(name: String, value: String)]
    private let parameters: ParameterShape
    private let isSorted: Bool

    init(_ shape: BodyShape) {
        constants = shape.constants
        isSorted = shape.isSorted && !constants.isEmpty
        parameters = ParameterShape(shape.fields, isSorted: shape.isSorted)
    }

    func body(_ wires: WireList, _ rows: [WireList]) -> WrittenBody {
        var pairs = constants + parameters.pairs(wires, rows)
        if isSorted { pairs.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } }
        return WrittenBody(bytes: Array(Parameters.encoded(pairs).utf8))
    }
}
