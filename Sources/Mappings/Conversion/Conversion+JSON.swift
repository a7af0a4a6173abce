import Crypto

/// A conversion as JSON: what the store keeps, and what `--json` and `show` print.
///
/// Amounts are texts with all decimals of their currency, `"49.90"`, so that no reader turns them into binary floats. Absent fields are
/// left out.
extension Conversion {
    package func document() -> [UInt8] {
        var json = JSONWriter(capacity: 1024)
        writeDocument(into: &json)
        return json.bytes
    }

    /// SHA-256 of what the sender sent: equal for a retry in any order of its members.
    package func contentDigest() -> [UInt8] {
        var json = JSONWriter(options: .sortedKeys, capacity: 1024)
        json.beginObject()
        let content = writeContent(into: &json)
        return Self.digest(of: content, in: json)
    }

    /// The document and the digest of its content, written once if the order of members cannot distinguish the two.
    package func documentAndDigest() -> (document: [UInt8], digest: [UInt8]) {
        guard metadata.members.isEmpty, extra.members.isEmpty else { return (document(), contentDigest()) }
        var json = JSONWriter(capacity: 1024)
        let content = writeDocument(into: &json)
        return (json.bytes, Self.digest(of: content, in: json))
    }

    /// As of an object that holds the content alone.
    private static func digest(of content: Range<Int>, in json: borrowing JSONWriter) -> [UInt8] {
        var hash = SHA256()
        withUnsafeBytes(of: UInt8(ascii: "{")) { hash.update(bufferPointer: $0) }
        json.withBytes(content) { hash.update(bufferPointer: $0) }
        withUnsafeBytes(of: UInt8(ascii: "}")) { hash.update(bufferPointer: $0) }
        return hash.finalize().withUnsafeBytes(Array.init)
    }

    /// Returns the place of the content.
    @discardableResult
    private func writeDocument(into json: inout JSONWriter) -> Range<Int> {
        json.beginObject()
        json.key(encoded: Keys.id)
        json.string(id.description)
        json.key(encoded: Keys.source)
        json.string(source)
        json.key(encoded: Keys.tracker)
        json.string(tracker)
        json.key(encoded: Keys.receivedAt)
        json.string(receivedAt.description)
        let content = writeContent(into: &json)
        if !warnings.isEmpty {
            json.key("warnings")
            json.beginArray()
            for warning in warnings { json.string(warning) }
            json.endArray()
        }
        json.endObject()
        return content
    }

    private enum Keys {
        static let id = JSONWriter.encodedKey("id")
        static let source = JSONWriter.encodedKey("source")
        static let tracker = JSONWriter.encodedKey("tracker")
        static let receivedAt = JSONWriter.encodedKey("received_at")
        static let customer = JSONWriter.encodedKey("customer")
        /// By field; a customer's fields without `customer.`.
        static let fields = Field.allCases.map {
            JSONWriter.encodedKey($0.isCustomer ? String($0.name.dropFirst(9)) : $0.name)
        }
        static let rootFields = Field.allCases.filter { !$0.isCustomer }.map { (name: Array($0.name.utf8), meaning: $0) }
        static let customerFields = Field.allCases.filter(\.isCustomer).map { (name: Array($0.name.utf8.dropFirst(9)), meaning: $0) }
        static let parts = Item.Part.allCases.map { JSONWriter.encodedKey($0.wireName) }
    }

    /// Returns its place, without the comma before it.
    private func writeContent(into json: inout JSONWriter) -> Range<Int> {
        let (start, hasComma) = (json.length, json.needsComma)
        let currency = currency
        var isInCustomer = false
        for field in fields {
            if isInCustomer != field.isCustomer {
                if isInCustomer {
                    json.endObject()
                } else {
                    json.key(encoded: Keys.customer)
                    json.beginObject()
                }
                isInCustomer.toggle()
            }
            json.key(encoded: Keys.fields[field.rawValue])
            switch self[field] {
            case .number(let number) where field.kind == .money: json.string(number.text(in: currency))
            case .flag(let flag): json.bool(flag)
            case let value: json.string(value.description)
            }
        }
        if isInCustomer { json.endObject() }
        writeItems(into: &json)
        write(subIDs, as: "sub_ids", into: &json)
        write(clickIDs, as: "click_ids", into: &json)
        write(metadata, as: "metadata", into: &json)
        write(extra, as: "extra", into: &json)
        return min(start + (hasComma ? 1 : 0), json.length)..<json.length
    }

    private func write(_ list: [(name: String, value: String)], as name: String, into json: inout JSONWriter) {
        guard !list.isEmpty else { return }
        json.key(name)
        json.beginObject()
        for (name, value) in list {
            json.key(name)
            json.string(value)
        }
        json.endObject()
    }

    private func write(_ object: JSONObject, as name: String, into json: inout JSONWriter) {
        guard !object.members.isEmpty else { return }
        json.key(name)
        json.write(.object(object))
    }

    private func writeItems(into json: inout JSONWriter) {
        guard !items.isEmpty else { return }
        json.key("items")
        json.beginArray()
        for index in items.indices {
            json.beginObject()
            for part in items[index].parts {
                let value = items[index][part]
                guard !value.isAbsent else { continue }
                json.key(encoded: Keys.parts[part.rawValue])
                json.string(value.description)
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
        guard let document = try? JSONDocument(parsing: document), document.kind(document.root) == .object else {
            throw DocumentError(description: "the document is not a JSON object")
        }
        self = try document.withUnsafeView { (view) throws(DocumentError) in try Conversion(view) }
    }

    private init(_ view: JSONView) throws(DocumentError) {
        var (id, received): (ConversionID?, Timestamp?)
        self.init(id: ConversionID(high: 0, low: 0), source: "", tracker: "", receivedAt: Timestamp(seconds: 0))
        var fields = StoredNames(Keys.rootFields)
        for (key, node) in view.members(view.root) {
            if let field = fields.meaning(of: key, view) {
                set(field, view, node)
                continue
            }
            switch view.string(key) {
            case "id": id = view.plainText(node).flatMap { ConversionID($0) }
            case "received_at": received = view.plainText(node).flatMap { Timestamp(iso8601: $0) }
            case "source": source = view.plainText(node) ?? ""
            case "tracker": tracker = view.plainText(node) ?? ""
            case let name: set(name, view, node)
            }
        }
        guard let id, let received else { throw DocumentError(description: "the document has no id or no received_at") }
        (self.id, receivedAt) = (id, received)
    }
}

/// The names of a document's members, in the order in which they are written: the search goes on behind the last that was found.
private struct StoredNames<Meaning> {
    private let all: [(name: [UInt8], meaning: Meaning)]
    private var next = 0

    init(_ all: [(name: [UInt8], meaning: Meaning)]) { self.all = all }

    mutating func meaning(of key: JSONNode, _ view: JSONView) -> Meaning? {
        guard
            let index = (next..<all.count).first(where: { view.key(key, equals: all[$0].name) })
                ?? (0..<next).first(where: { view.key(key, equals: all[$0].name) })
        else { return nil }
        next = index + 1
        return all[index].meaning
    }
}

extension Conversion {
    /// Sets what is no field at the top, by the name of its member.
    private mutating func set(_ name: String, _ view: JSONView, _ node: JSONNode) {
        switch (name, view.kind(node)) {
        case ("customer", .object):
            var fields = StoredNames(Keys.customerFields)
            for (key, node) in view.members(node) {
                if let field = fields.meaning(of: key, view) { set(field, view, node) }
            }
        case ("items", .array):
            items.reserveCapacity(view.count(node))
            for element in view.elements(node) { items.append(Item(view, element)) }
        case ("sub_ids", .object): subIDs = view.textMembers(node)
        case ("click_ids", .object): clickIDs = view.textMembers(node)
        case ("metadata", .object): metadata = view.object(node)
        case ("extra", .object): extra = view.object(node)
        case ("warnings", .array): warnings = view.elements(node).compactMap { view.plainText($0) }
        default: break
        }
    }

    private mutating func set(_ field: Field, _ view: JSONView, _ node: JSONNode) {
        switch view.kind(node) {
        case .true, .false: self[field] = .flag(view.kind(node) == .true)
        case .string, .number:
            let text = view.string(node)
            self[field] = field.kind == .text ? .text(text) : (try? FieldPath.field(field).value(of: text)) ?? .absent
        case .null, .array, .object: break
        }
    }
}

extension JSONView {
    /// The text of a string or number.
    fileprivate func plainText(_ node: JSONNode) -> String? { kind(node) == .string || kind(node) == .number ? string(node) : nil }

    fileprivate func textMembers(_ object: JSONNode) -> [(name: String, value: String)] {
        members(object).compactMap { key, node in plainText(node).map { (string(key), $0) } }
    }

    fileprivate func object(_ node: JSONNode) -> JSONObject { JSONObject(members(node).map { (string($0), value($1)) }) }
}

extension Item {
    private static let stored = Part.allCases.map { (name: Array($0.wireName.utf8), meaning: $0) }

    fileprivate init(_ view: JSONView, _ node: JSONNode) {
        self.init()
        var parts = StoredNames(Self.stored)
        for (key, node) in view.members(node) {
            guard let part = parts.meaning(of: key, view), let text = view.plainText(node) else { continue }
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
