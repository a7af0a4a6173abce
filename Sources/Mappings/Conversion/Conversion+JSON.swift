import Crypto

/// A conversion as JSON: what the store keeps, and what `--json` and `show` print.
///
/// Amounts are texts with all decimals of their currency, `"49.90"`, so that no reader turns them into binary floats. Absent fields are
/// left out.
extension Conversion {
    package func document() -> [UInt8] {
        var json = JSONWriter(capacity: 768)
        json.beginObject()
        json.key(encoded: Keys.id)
        json.string(id.description)
        json.key(encoded: Keys.source)
        json.string(source)
        json.key(encoded: Keys.tracker)
        json.string(tracker)
        json.key(encoded: Keys.receivedAt)
        json.string(receivedAt.description)
        writeContent(into: &json)
        if !warnings.isEmpty {
            json.key("warnings")
            json.beginArray()
            for warning in warnings { json.string(warning) }
            json.endArray()
        }
        json.endObject()
        return json.bytes
    }

    /// SHA-256 of what the sender sent: equal for a retry in any order of its members.
    package func contentDigest() -> [UInt8] {
        var json = JSONWriter(options: .sortedKeys, capacity: 768)
        json.beginObject()
        writeContent(into: &json)
        json.endObject()
        return SHA256.hash(data: json.bytes).withUnsafeBytes(Array.init)
    }

    private enum Keys {
        static let id = JSONWriter.encodedKey("id")
        static let source = JSONWriter.encodedKey("source")
        static let tracker = JSONWriter.encodedKey("tracker")
        static let receivedAt = JSONWriter.encodedKey("received_at")
        static let customer = JSONWriter.encodedKey("customer")
        /// By field; a customer's fields without `customer.`.
        static let fields = Field.allCases.sorted { $0.rawValue < $1.rawValue }.map {
            JSONWriter.encodedKey($0.isCustomer ? String($0.name.dropFirst(9)) : $0.name)
        }
        static let rootFields = Dictionary(uniqueKeysWithValues: Field.allCases.filter { !$0.isCustomer }.map { ($0.name, $0) })
        static let customerFields = Dictionary(
            uniqueKeysWithValues: Field.allCases.filter(\.isCustomer).map { (String($0.name.dropFirst(9)), $0) })
        static let parts = Item.Part.allCases.map { JSONWriter.encodedKey($0.wireName) }
    }

    private func writeContent(into json: inout JSONWriter) {
        let currency = currency
        var isInCustomer = false
        for field in fields {
            let value = self[field]
            if isInCustomer, !field.isCustomer {
                json.endObject()
                isInCustomer = false
            }
            guard !value.isAbsent else { continue }
            if field.isCustomer, !isInCustomer {
                json.key(encoded: Keys.customer)
                json.beginObject()
                isInCustomer = true
            }
            json.key(encoded: Keys.fields[field.rawValue])
            switch value {
            case .number(let number) where field.kind == .money: json.string(number.text(in: currency))
            case .flag(let flag): json.bool(flag)
            default: json.string(value.description)
            }
        }
        if isInCustomer { json.endObject() }
        writeItems(into: &json)
        for (name, list) in [("sub_ids", subIDs), ("click_ids", clickIDs)] where !list.isEmpty {
            json.key(name)
            json.beginObject()
            for (name, value) in list {
                json.key(name)
                json.string(value)
            }
            json.endObject()
        }
        for (name, object) in [("metadata", metadata), ("extra", extra)] where !object.members.isEmpty {
            json.key(name)
            json.write(.object(object))
        }
    }

    private func writeItems(into json: inout JSONWriter) {
        guard !items.isEmpty else { return }
        json.key("items")
        json.beginArray()
        for item in items {
            json.beginObject()
            for part in item.parts where !item[part].isAbsent {
                json.key(encoded: Keys.parts[part.rawValue])
                json.string(item[part].description)
            }
            json.endObject()
        }
        json.endArray()
    }

    /// Why a stored document is no conversion.
    package struct DocumentError: Error, CustomStringConvertible {
        package var description: String
    }

    /// Reads what `document` wrote; members that this version does not know are left out.
    package init(document: [UInt8]) throws(DocumentError) {
        guard case .object(let root)? = try? JSONValue(parsing: document) else {
            throw DocumentError(description: "the document is not a JSON object")
        }
        guard let id = root["id"]?.plainText.flatMap({ ConversionID($0) }),
            let received = root["received_at"]?.plainText.flatMap({ Timestamp(iso8601: $0) })
        else { throw DocumentError(description: "the document has no id or no received_at") }
        self.init(id: id, source: root["source"]?.plainText ?? "", tracker: root["tracker"]?.plainText ?? "", receivedAt: received)
        for (key, value) in root.members {
            if let field = Keys.rootFields[key] {
                set(field, stored: value)
            } else if key == "customer", case .object(let customer) = value {
                for (key, value) in customer.members {
                    if let field = Keys.customerFields[key] { set(field, stored: value) }
                }
            }
        }
        if case .array(let elements)? = root["items"] { items = elements.map { Item(stored: $0) } }
        subIDs = root["sub_ids"]?.textMembers ?? []
        clickIDs = root["click_ids"]?.textMembers ?? []
        if case .object(let object)? = root["metadata"] { metadata = object }
        if case .object(let object)? = root["extra"] { extra = object }
        if case .array(let elements)? = root["warnings"] { warnings = elements.compactMap(\.plainText) }
    }
}

extension Conversion {
    fileprivate mutating func set(_ field: Field, stored value: JSONValue) {
        if case .bool(let flag) = value {
            self[field] = .flag(flag)
        } else if let text = value.plainText {
            self[field] = field.kind == .text ? .text(text) : (try? FieldPath.field(field).value(of: text)) ?? .absent
        }
    }
}

extension JSONValue {
    fileprivate var textMembers: [(name: String, value: String)] {
        guard case .object(let object) = self else { return [] }
        return object.members.compactMap { member in member.value.plainText.map { (member.key, $0) } }
    }
}

extension Item {
    fileprivate init(stored value: JSONValue) {
        self.init()
        for part in Part.allCases {
            guard let text = value[part.wireName]?.plainText else { continue }
            if part.isNumber {
                self[part] = (try? ExactDecimal(parsing: text)).map(Value.number) ?? .absent
            } else {
                self[part] = .text(text)
            }
        }
    }
}

extension ExactDecimal {
    /// With the decimals of the currency, or with its own if that would round or there is no currency.
    package func text(in currency: Currency?) -> String {
        currency?.minorUnits.flatMap { text(decimals: $0) } ?? description
    }
}
