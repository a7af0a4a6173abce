/// What must hold for every input, whatever its bytes: asked by the fuzzer with inputs that it makes up, and by `swift test` with the
/// saved corpus. One case is one folder of `Tests/Corpus`.
package enum Property: String, CaseIterable, Sendable {
    case json, decimal, expression, template, postback, query, mapping, request, growth, cost, xml

    /// Whether an input compares processor times. Only `make fuzz` asks these, since the tests beside them would wait.
    package func isTimed(_ bytes: [UInt8]) -> Bool {
        switch self {
        case .growth, .cost: true
        case .xml: XMLProperty.isTimed(bytes)
        case .json, .decimal, .expression, .template, .postback, .query, .mapping, .request: false
        }
    }

    /// - Throws: what is wrong.
    package func check(_ bytes: [UInt8]) throws(Violation) {
        switch self {
        case .json: try JSONProperty.check(bytes)
        case .decimal: try DecimalProperty.check(bytes)
        case .expression: try ExpressionProperty.check(bytes)
        case .template: try TemplateProperty.check(bytes)
        case .postback: try PostbackProperty.check(bytes)
        case .query: try QueryProperty.check(bytes)
        case .mapping: try MappingProperty.check(bytes)
        case .request: try RequestProperty.check(bytes)
        case .growth: try GrowthProperty.check(bytes)
        case .cost: try CostProperty.check(bytes)
        case .xml: try XMLProperty.check(bytes)
        }
    }
}

package struct Violation: Error, CustomStringConvertible {
    package var description: String

    package init(description: String) { self.description = description }

    static func require(_ holds: Bool, _ sentence: @autoclosure () -> String) throws(Violation) {
        if !holds { throw Violation(description: sentence()) }
    }
}

extension [UInt8] {
    /// As text; what is not UTF-8 is repaired.
    var text: String { String(decoding: self, as: UTF8.self) }
}
