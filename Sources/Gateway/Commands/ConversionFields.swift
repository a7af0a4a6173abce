import Mappings
import Rules

/// A conversion's fields as people read them, each with the parameter or the rule that it came from.
struct ConversionFields {
    struct Row {
        var name: String
        var value: String
        /// Empty if it is not known.
        var origin: String
    }
    private(set) var rows: [Row] = []

    /// - Parameter origins: by canonical name, as the judge notes them.
    init(_ conversion: Conversion, origins: [String: String] = [:]) {
        let names = Field.allNames + conversion.subIDs.map { "sub_ids.\($0.name)" } + conversion.clickIDs.map { "click_ids.\($0.name)" }
        for name in names {
            guard let value = conversion.exampleText(name) else { continue }
            rows.append(Row(name: name, value: value, origin: origins[name] ?? ""))
        }
        for (index, item) in conversion.items.enumerated() {
            let text = Item.Part.allCases.filter { !item[$0].isAbsent }.map { "\($0.wireName) \(item[$0].description)" }
            rows.append(Row(name: "items[\(index)]", value: text.joined(separator: ", "), origin: origins["items"] ?? ""))
        }
        for name in ["metadata", "extra"] {
            guard let text = conversion.exampleText(name) else { continue }
            let origin = name == "extra" ? "parameters that no field names" : origins[name] ?? ""
            rows.append(Row(name: name, value: text, origin: origin))
        }
    }
}
