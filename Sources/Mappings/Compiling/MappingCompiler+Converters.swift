extension MappingCompiler {
    /// The converter that `as:` names, with its parameters; the field's usual one if there is no `as:`.
    mutating func converter(_ node: YAMLNode?, at place: SourceLocation, target: FieldPlan.Target?) -> FieldPlan.ConverterCall {
        let initial = target?.usualConverter ?? "text"
        let text = node?.text("as", &diagnostics) ?? initial
        let location = node.map(\.textLocation) ?? place
        let open = text.firstIndex(of: "(")
        let name = String(text[..<(open ?? text.endIndex)]).trimmed
        guard let converter = Converters.named(name) else {
            diagnostics.error(at: location, "unknown converter '\(name)'\(name.suggestion(from: Converters.all.map(\.name)))")
            return FieldPlan.ConverterCall(converter: TextConverter.description, words: [.literal("text")])
        }
        var given: [String] = []
        if let open {
            guard text.hasSuffix(")") else {
                diagnostics.error(at: location, "'\(text)' has no closing ')'")
                return FieldPlan.ConverterCall(converter: converter, words: converter.parameters.map { .literal($0[0]) })
            }
            given = text[text.index(after: open)...].dropLast().split(separator: ",").map { String($0).trimmed }
        }
        checkMoney(converter, target: target, at: location)
        return FieldPlan.ConverterCall(converter: converter, words: parameters(given, of: converter, at: location))
    }

    /// Each word belongs to the first parameter that knows it, so `money(major, text)` and `money(major, half_up)` both read well.
    private mutating func parameters(
        _ given: [String], of converter: ConverterDescription, at place: SourceLocation
    ) -> [FieldPlan.ConverterCall.Word] {
        var words = converter.parameters.map { FieldPlan.ConverterCall.Word.literal($0[0]) }
        for (index, word) in given.enumerated() {
            if word.hasPrefix("settings.") {
                let name = String(word.dropFirst(9))
                let setting = settings.first { $0.name == name }
                if setting == nil {
                    diagnostics.error(at: place, "unknown setting '\(name)'\(name.suggestion(from: settings.map(\.name)))")
                } else if !converter.takesSetting || index != 0 {
                    diagnostics.error(at: place, "'\(converter.name)' takes no setting here")
                } else if let values = setting?.values, values.isEmpty || !values.allSatisfy(converter.parameters[0].contains) {
                    let known = converter.parameters[0].joined(separator: ", ")
                    diagnostics.error(at: place, "setting '\(name)' must list its values, and '\(converter.name)' knows only \(known)")
                } else {
                    words[0] = .setting(name)
                }
            } else if let parameter = converter.parameters.firstIndex(where: { $0.contains(word) }) {
                words[parameter] = .literal(word)
            } else {
                let known = converter.parameters.flatMap { $0 }
                let hint = known.isEmpty ? "; it takes none" : word.suggestion(from: known)
                diagnostics.error(at: place, "unknown parameter '\(word)' of converter '\(converter.name)'\(hint)")
            }
        }
        return words
    }

    private mutating func checkMoney(_ converter: ConverterDescription, target: FieldPlan.Target?, at place: SourceLocation) {
        guard case .path(.field(let field)) = target else { return }
        if field.kind == .money, converter.name != "money" {
            diagnostics.error(
                at: place, "'\(field.name)' is money: say its unit, as: money(major) or as: money(minor)")
        }
    }

    /// The converter must read the kind that the field holds, or the value would not come back from the store.
    mutating func checkKind(_ converter: ConverterDescription, _ target: FieldPlan.Target, at place: SourceLocation) {
        let (name, wanted): (String, Expression.Kind?) =
            switch target {
            case .metadata: ("metadata", nil)
            case .item(let part): ("items[].\(part.wireName)", part.isNumber ? .number : .text)
            case .path(.field(let field)): (field.name, field.kind.expressionKind)
            case .path(let path): (path.description, converter.reads ?? .text)
            }
        if case .path(.field(let field)) = target, field.kind == .money { return }
        guard wanted != converter.reads else { return }
        let (held, read) = (wanted.map { "a \($0)" } ?? "an object", converter.reads.map { "a \($0)" } ?? "an object")
        diagnostics.error(at: place, "'\(name)' holds \(held), but converter '\(converter.name)' reads \(read)")
    }
}

extension FieldPlan.Target {
    /// The converter of a field whose file names none.
    var usualConverter: String {
        switch self {
        case .metadata: "object"
        case .item(let part): part.isNumber ? "decimal" : "text"
        case .path(.field(.currency)): "currency"
        case .path(.field(.customerCountry)): "country"
        case .path(.field(.customerIP)): "ip"
        case .path(let path):
            switch path.kind {
            case .flag: "boolean"
            case .time: "time"
            default: "text"
            }
        }
    }
}
