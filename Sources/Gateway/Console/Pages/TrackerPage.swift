import Mappings
import Rules

extension Console {
    /// `GET /trackers/ID`: the mapping as a table, both directions side by side.
    func tracker(_ request: ConsoleRequest, _ visitor: Visitor, _ name: String) throws -> ConsoleReply {
        let configuration = current.configuration
        guard let mapping = configuration.catalog[name], let text = configuration.catalog.text(of: name) else {
            throw ConsoleRefusal(404, "There is no tracker \(name.quotedBriefly).", "The page 'Trackers' lists all that are known.")
        }
        return .page(TrackerPage(mapping: mapping, text: MappingText(text), visitor: visitor).html)
    }
}

/// The parts of a mapping file as they are written.
struct MappingText {
    let whole: String

    init(_ text: String) { whole = text }

    /// The lines of a key at the top, with the comments right above it; nil if there is none.
    func section(_ key: String) -> String? {
        let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("\(key):") }) else { return nil }
        let rest = lines[(start + 1)...]
        let end = rest.firstIndex { line in line.first.map { $0.isLetter } ?? false } ?? lines.endIndex
        var part = lines[start..<end]
        while let last = part.last, last.isEmpty || last.hasPrefix("#") { part = part.dropLast() }
        return part.joined(separator: "\n")
    }

    /// What the file says of itself, before its first key.
    var heading: String {
        whole.split(separator: "\n", omittingEmptySubsequences: false).prefix { $0.hasPrefix("#") }
            .map { $0.drop { $0 == "#" || $0 == " " } }.joined(separator: " ")
    }
}

struct TrackerPage {
    let mapping: Mapping
    let text: MappingText
    let visitor: Visitor

    var html: HTML {
        PageFrame(title: mapping.tracker, section: .trackers, visitor: visitor).html {
            tag("h1", text: mapping.tracker)
            if !text.heading.isEmpty { Parts.note(text.heading) }
            request
            tag("section") {
                tag("h2", text: "Parameters")
                fields
            }
            section("Replies", "replies", "How it answers, and how its answers are read:")
            section("Corrections and other messages", "updates", "How a refund or a change of status is sent and read:")
            section("Other messages", "messages", "Further kinds of message:")
            section("Checks", "checks", "What must be true of a conversion:")
            section("Examples", "examples", "These run as tests:")
            tag("section") { Parts.details("The whole file") { Parts.block(text.whole) } }
        }
    }

    private var request: HTML {
        tag("section") {
            tag("h2", text: "Request")
            tag("p") {
                HTML.text("\(mapping.request.methods.joined(separator: " or ")) ")
                tag("code", text: mapping.request.path.description)
            }
            if let sides = mapping.onlySides { Parts.note("This mapping, \(sides).") }
            if !mapping.credentials.isEmpty {
                tag("ul", .class("plain")) {
                    mapping.credentials.map { plan in
                        tag("li") {
                            HTML.text("Credential ")
                            tag("code", text: plan.name)
                            HTML.text(" in \(plan.phrase)\(plan.identifies ? "; it says who sends, and proves nothing" : "")")
                        }
                    }
                }
            }
            if !mapping.settings.isEmpty { settings }
        }
    }

    private var settings: HTML {
        Parts.table(
            "Settings", ["Setting", "Values", "Default", "Needed by"],
            mapping.settings.map { plan in
                [
                    tag("code", text: plan.name), .text(plan.values.isEmpty ? plan.kind.rawValue : plan.values.joined(separator: ", ")),
                    .text(plan.initial?.value.description ?? ""),
                    .text(plan.requiredBy.map(\.rawValue).sorted().joined(separator: ", ")),
                ]
            })
    }

    private var fields: HTML {
        let names = mapping.settings.map { "settings.\($0.name)" }
        return fragment {
            Parts.table(
                "Parameters of \(mapping.tracker)", ["Parameter", "Where", "Field", "Read from a sender", "Sent to the tracker"],
                mapping.fields.map { field in
                    let row = FieldRow(field, variables: names)
                    return [
                        tag("code", text: field.name), .text(field.place.rawValue), tag("code", text: row.target), .text(row.reading),
                        .text(row.writing),
                    ]
                })
            if !mapping.computed.isEmpty {
                tag("h3", text: "Worked out from others")
                tag("ul", .class("plain")) {
                    mapping.computed.map { computed in tag("li") { tag("code", text: "\(computed.path) = \(computed.source)") } }
                }
            }
        }
    }

    @HTMLBuilder private func section(_ title: String, _ key: String, _ sentence: String) -> HTML {
        if let part = text.section(key) {
            tag("section") {
                tag("h2", text: title)
                Parts.note(sentence)
                Parts.block(part)
            }
        }
    }
}

/// One parameter in words, in each direction.
struct FieldRow {
    let target: String
    private(set) var reading = "not read"
    private(set) var writing = "not sent"

    init(_ field: FieldPlan, variables: [String]) {
        target =
            switch field.target {
            case .path(let path): path.description
            case .item(let part): "items[].\(part.wireName)"
            case .metadata: "metadata"
            case nil: "–"
            }
        if let plan = field.reading { reading = Self.words(of: plan, variables).joined(separator: "; ") }
        if let plan = field.writing { writing = Self.words(of: plan, variables).joined(separator: "; ") }
    }

    private static func words(of plan: FieldPlan.Reading, _ variables: [String]) -> [String] {
        var words = [converter(plan.converter), requirement(plan.required, variables)]
        if !plan.aliases.isEmpty { words.append("also \(plan.aliases.map(\.name).joined(separator: ", "))") }
        if let initial = plan.initial { words.append("if absent, \(initial.description)") }
        if let list = plan.words {
            words.append(meanings(list) { "\($0) is \($1[0])" })
            if let other = list.other { words.append("any other word is \(other)") }
        }
        return words
    }

    private static func words(of plan: FieldPlan.Writing, _ variables: [String]) -> [String] {
        var words = [converter(plan.converter), requirement(plan.required, variables)]
        if let value = plan.value { words.append("is \(value.text(variables: variables))") }
        if let list = plan.words {
            words.append(meanings(list) { "\($1.joined(separator: ", ")) is sent as \($0)" })
        }
        return words
    }

    /// A word that means itself is only named.
    private static func meanings(_ list: FieldPlan.Words, _ sentence: (_ wire: String, _ canonical: [String]) -> String) -> String {
        let same = list.entries.filter { $0.canonical == [$0.wire] }.map(\.wire)
        let others = list.entries.filter { $0.canonical != [$0.wire] && !$0.canonical.isEmpty }.map { sentence($0.wire, $0.canonical) }
        return ((same.isEmpty ? [] : [same.joined(separator: ", ")]) + others).joined(separator: "; ")
    }

    /// With those of its words that are not what is usual.
    private static func converter(_ call: FieldPlan.ConverterCall) -> String {
        let usual = call.converter.parameters.map { $0.first ?? "" }
        let words = call.words.enumerated().compactMap { index, word -> String? in
            switch word {
            case .literal(let text): usual.indices.contains(index) && usual[index] == text && call.converter.name != "money" ? nil : text
            case .setting(let name): "settings.\(name)"
            }
        }
        let shown = call.converter.name == "money" ? Array(words.prefix(1)) + words.dropFirst().filter { $0 == "signed" } : words
        return shown.isEmpty ? call.converter.name : "\(call.converter.name)(\(shown.joined(separator: ", ")))"
    }

    private static func requirement(_ requirement: FieldPlan.Requirement, _ variables: [String]) -> String {
        switch requirement {
        case .never: "optional"
        case .always: "required"
        case .when(let condition): "required if \(condition.text(variables: variables))"
        }
    }
}
