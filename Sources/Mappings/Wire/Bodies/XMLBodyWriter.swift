/// A mapping's XML bodies: the members that a JSON body would have, below the root.
final class XMLBodyWriter: BodyWriter {
    private let root: String
    private let members: any BodyWriter
    private let fields: [BodyShape.Field]

    init(_ shape: BodyShape) {
        root = shape.xmlRoot ?? ""
        members = BodyFormats.json.writer(of: shape)
        fields = shape.fields
    }

    func body(_ wires: WireList, _ rows: [WireList]) throws(Skip) -> WrittenBody {
        for field in fields {
            try check(wires[field.index], of: field)
            for row in rows { try check(row[field.index], of: field) }
        }
        var element = XMLElement(name: root)
        let json = try members.body(wires, rows).bytes
        if let value = try? JSONValue(parsing: json) { element.fill(value) }
        return WrittenBody(bytes: element.document)
    }

    private func check(_ value: WireValue, of field: BodyShape.Field) throws(Skip) {
        let mistake: String? =
            switch value {
            case .string(let text): text.foreignToXML
            case .tree(let tree): tree.foreignToXML
            default: nil
            }
        if let mistake { throw Skip("\(field.name) \(mistake)") }
    }
}
