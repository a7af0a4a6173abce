/// A tracker, described once: the compiled form of `mappings/<name>.yaml`, immutable and shared by every request.
///
/// A `MappingReader` reads requests with it for a source, a `MappingWriter` writes them for a destination. Its texts are parsed, checked and
/// resolved when the file is compiled: while a request runs, only the names that the request itself has are looked up.
package struct Mapping: Sendable {
    /// The file's name without `.yaml`, which configurations use: `refcampaign`.
    package var name: String
    /// The tracker's own name, for sentences: `RefCampaign`.
    package var tracker: String
    package var request: RequestPlan
    package var settings: [SettingPlan]
    package var credentials: [CredentialPlan]
    package var signature: SignaturePlan?
    package var fields: [FieldPlan]
    package var computed: [Computed]
    package var checks: [Check]
    package var duplicates: DuplicateRule
    /// What a repeat means if the source says nothing else.
    package var repeats: RepeatPolicy
    package var replies: [ReplyPlan]
    package var list: ListPlan?
    /// Nil if one answer is about all that was sent together.
    package var eachAnswer: EachAnswer?
    package var examples: [Example]
    /// The kinds of message beside the main request, first messages and then corrections, in the order of the file: the first that fits counts.
    package var messages: [MessagePlan] = []
    package var ignores: [IgnorePlan] = []
    package var handshakes: [HandshakePlan] = []
    /// The ways that it is made for.
    package var sides: Set<SettingPlan.Side> = Set(SettingPlan.Side.allCases)
    /// Whether this is a correction's own request: it is read without defaults, and minor units may wait for their currency.
    package var isCorrection = false
    /// Of a correction's own request: the parameters that say how much goes back, if one of them must be there.
    var refundAmounts: [String] = []
    /// Of a correction's own request: whether it is sent for a part that goes back though it does not say how much.
    var sendsPartsAsWhole = false

    /// The slot of each member and parameter when a request is read.
    var layout: RequestLayout
    /// Fields in the order they are read: the currency before the amounts that need it.
    var readingOrder: [Int]

    package struct Computed: Sendable {
        package var path: FieldPath
        package var expression: Expression
        package var source: String
        /// Whether it calculates with what may be a text.
        let mayLackNumbers: Bool

        init(path: FieldPath, expression: Expression, source: String) {
            self.path = path
            self.expression = expression
            self.source = source
            mayLackNumbers = !expression.numericOperands.isEmpty
        }
    }

    /// How corrections are sent and received.
    package var updates: [MessagePlan] { messages.filter { $0.role == .correction } }

    /// `acme is for destinations only`; nil for a mapping that is for both ways.
    package var onlySides: String? {
        if sides.count != 1 { return nil }
        return "\(name) is for \(sides.contains(.source) ? "sources" : "destinations") only"
    }

    /// The settings' names as expressions know them: `settings.program_id`. What is written knows `now` too.
    static func names(of settings: [SettingPlan], hasNow: Bool = false, hasItem: Bool = false) -> ExpressionNames {
        var names = ExpressionNames(variables: settings.map { ("settings.\($0.name)", $0.kind == .flag ? .flag : .text) }, hasNow: hasNow)
        names.hasItem = hasItem
        return names
    }

    /// In the order of `names(of:)`.
    package func settingValues(_ chosen: [String: SettingValue]) -> [Value] {
        settings.map { (chosen[$0.name] ?? $0.initial)?.value ?? .absent }
    }

    package func setting(_ name: String, _ chosen: [String: SettingValue]) -> SettingValue? {
        chosen[name] ?? settings.first { $0.name == name }?.initial
    }

    /// The canonical field of a wire name, for keys and macros.
    package func path(ofWireName name: String) -> FieldPath? {
        for field in fields {
            guard case .path(let path) = field.target else { continue }
            if field.name == name || field.reading?.aliases.contains(where: { $0.name == name }) == true { return path }
        }
        return nil
    }

    /// Whether a request can carry the canonical field.
    package func reads(_ path: FieldPath) -> Bool {
        fields.contains { $0.target == .path(path) && $0.reading != nil } || computed.contains { $0.path == path }
    }

    package var sample: Example? { examples.first(where: \.isSample) ?? examples.first(where: \.becomesConversion) }
}
