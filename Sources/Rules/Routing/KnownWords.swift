import Mappings

/// What is known of the words that fields may hold: the types and statuses that a source's conversions can have.
///
/// A condition is judged by it before any conversion comes. A field that is not here may hold anything.
package struct KnownWords: Sendable {
    /// Each in the order of the mapping; none at all if the field is always absent.
    package var words: [Field: [String]] = [:]
    /// Fields that every conversion has.
    package var present: Set<Field> = []

    package init(words: [Field: [String]] = [:], present: Set<Field> = []) {
        self.words = words
        self.present = present
    }

    /// With one word for a field.
    package func narrowed(_ field: Field, to word: String) -> Self {
        var copy = self
        copy.words[field] = [word]
        copy.present.insert(field)
        return copy
    }
}

extension KnownWords {
    /// What a source's first messages and corrections can say, by its mapping, its defaults and its review.
    package init(_ source: SourceConfiguration) {
        for field in [Field.type, .status] {
            guard var found = source.mapping.words(of: field, source.settings) else { continue }
            for given in source.defaults where given.path == .field(field) { found += [given.value.description] }
            if field == .status {
                guard let changed = source.mapping.changedStatuses(source.settings) else { continue }
                if source.review != nil { found.append("pending_review") }
                found += changed
            }
            var unique: [String] = []
            for word in found where !unique.contains(word) { unique.append(word) }
            words[field] = unique
            if source.mapping.requires(field) || source.defaults.contains(where: { $0.path == .field(field) }) { present.insert(field) }
        }
    }
}

extension Mapping {
    /// The words that a request can give to a field; nil if it may be any.
    fileprivate func words(of field: Field, _ settings: [String: SettingValue]) -> [String]? {
        var found: [String] = []
        for plan in fields {
            guard let reading = plan.reading else { continue }
            let bound = reading.words?.bound(settings)
            let entries = bound?.entries ?? []
            found += entries.flatMap(\.also).filter { $0.field == field }.map(\.word)
            guard plan.target == .path(.field(field)) else { continue }
            guard let words = bound else { return nil }
            found += words.entries.compactMap(\.canonical.first) + [words.other, reading.initial?.text].compactMap(\.self)
        }
        for computed in computed where computed.path == .field(field) {
            guard let words = computed.expression.syntax.possibleTexts else { return nil }
            found += words
        }
        return found
    }

    /// What corrections can make of the status; nil if it may be anything.
    fileprivate func changedStatuses(_ settings: [String: SettingValue]) -> [String]? {
        var found: [String] = []
        for inbound in updates.compactMap(\.inbound) {
            guard let words = inbound.words(of: .status, settings) else { return nil }
            found += words + ["refunded"]
        }
        return found
    }

    private func requires(_ field: Field, _ plan: FieldPlan) -> Bool {
        guard plan.target == .path(.field(field)), let reading = plan.reading else { return false }
        return reading.required == .always || reading.initial != nil
    }

    fileprivate func requires(_ field: Field) -> Bool {
        fields.contains { requires(field, $0) }
            || computed.contains { $0.path == .field(field) && $0.expression.syntax.possibleTexts?.count == 1 }
    }
}

extension Expression {
    /// Whether a condition can have this answer. True if nothing is known against it.
    package func canBe(_ answer: Bool, _ known: KnownWords) -> Bool { syntax.canBe(answer, known) }

    /// The part of a condition that makes it false for everything, and the field that it is about; nil if it can be true.
    package func impossiblePart(_ known: KnownWords) -> (part: Expression, field: Field?)? {
        guard let part = conjuncts.first(where: { !$0.canBe(true, known) }) else { return nil }
        let fields = part.paths.compactMap { path in
            if case .field(let field) = path, known.words[field] != nil { field } else { nil }
        }
        return (part, fields.first)
    }
}

extension Expression.Syntax {
    /// The texts that it may yield, if these are known.
    fileprivate var possibleTexts: [String]? {
        switch self {
        case .literal(.text(let text)): return [text]
        case .call(.if, let arguments): return Self.joined(arguments.dropFirst())
        case .call(.coalesce, let arguments): return Self.joined(arguments[...])
        default: return nil
        }
    }

    private static func joined(_ arguments: ArraySlice<Self>) -> [String]? {
        let texts = arguments.compactMap(\.possibleTexts)
        return texts.count == arguments.count ? texts.flatMap(\.self) : nil
    }

    /// Whether a condition can have this answer. True if nothing is known against it.
    fileprivate func canBe(_ answer: Bool, _ known: KnownWords) -> Bool {
        switch self {
        case .literal(.flag(let flag)): return flag == answer
        case .not(let operand): return operand.canBe(!answer, known)
        case .binary(.and, let left, let right) where answer, .binary(.or, let left, let right) where !answer:
            return left.canBe(answer, known) && right.canBe(answer, known)
        case .binary(.and, let left, let right), .binary(.or, let left, let right):
            return left.canBe(answer, known) || right.canBe(answer, known)
        case .call(.exists, let arguments):
            guard case .path(.field(let field)) = arguments[0] else { return true }
            return answer ? known.words[field]?.isEmpty != true : !known.present.contains(field)
        default:
            guard let (field, wanted) = wordTest, let words = known.words[field] else { return true }
            return words.contains { wanted($0) == answer } || !answer && !known.present.contains(field)
        }
    }

    /// A field whose word is compared with literals, and whether a word passes.
    private var wordTest: (field: Field, passes: (String) -> Bool)? {
        switch self {
        case .binary(let op, .path(.field(let field)), .literal(.text(let word))),
            .binary(let op, .literal(.text(let word)), .path(.field(let field))):
            switch op {
            case .equal: (field, { $0 == word })
            case .notEqual: (field, { $0 != word })
            default: nil
            }
        case .oneOf(.path(.field(let field)), let values): (field, { values.contains(.text($0)) })
        default: nil
        }
    }
}
