/// Parameters as HTML forms send them: `click_id=c-1&amount=5.00`. A member of an object has its whole name, `customer.email`; items have no
/// place in a form.
final class FormBodyFormat: BodyFormat {
    var name: String { "form" }
    var contentType: String { "application/x-www-form-urlencoded" }

    func isNamed(by mediaType: String) -> Bool { mediaType == contentType }

    func fits(_ body: [UInt8]) -> Bool { true }

    func read(_ layout: RequestLayout, into parsed: inout ParsedRequest) throws(Refusal) {
        try parsed.take(parsed.request.body, by: layout) { .body($0) }
    }

    func membersOfUnreadable(_ body: [UInt8], among names: [String]) -> [(name: String, value: String)] {
        Parameters(decoding: body, upTo: 0, elseOnly: names).pairs
    }

    func members(of body: [UInt8]) -> JSONObject? { Parameters(decoding: body).members }

    func pieces(of body: [UInt8], without names: [String]) -> SentContent.Pieces {
        .parameters(SentParameters.all(body, without: names))
    }

    func writer(of shape: BodyShape) -> any BodyWriter { FormBodyWriter(shape) }

    func setting(_ name: String, to value: String, in body: [UInt8]) -> [UInt8] {
        let others = body.split(separator: UInt8(ascii: "&")).filter { Parameters(decoding: Array($0)).pairs.first?.name != name }
        return Array((others + [Array(Parameters.encoded([(name, value)]).utf8)[...]]).joined(separator: [UInt8(ascii: "&")]))
    }

    func masking(_ names: Set<String>, in body: [UInt8], with mask: String) -> [UInt8] {
        Parameters.masking(names, in: body, with: mask)
    }
}

private final class FormBodyWriter: BodyWriter {
    private let constants: [(name: String, value: String)]
    private let parameters: ParameterShape
    private let isSorted: Bool

    init(_ shape: BodyShape) {
        constants = shape.constants
        isSorted = shape.isSorted && !constants.isEmpty
        parameters = ParameterShape(shape.fields.map { ($0.name, $0.index) }, isSorted: shape.isSorted)
    }

    func body(_ wires: [WireValue], _ rows: [[WireValue]]) -> [UInt8] {
        var pairs = constants + parameters.pairs(wires)
        if isSorted { pairs.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } }
        return Array(Parameters.encoded(pairs).utf8)
    }
}
