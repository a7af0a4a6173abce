extension XMLElement {
    /// As a document of its own, in UTF-8.
    var document: [UInt8] {
        var bytes = Array(#"<?xml version="1.0" encoding="UTF-8"?>"#.utf8)
        write(into: &bytes)
        return bytes
    }

    private func write(into bytes: inout [UInt8]) {
        bytes += "<\(name)".utf8
        for (name, value) in attributes { bytes += " \(name)=\"\(value.escapedForXML(isAttribute: true))\"".utf8 }
        if children.isEmpty, text.isEmpty {
            bytes += "/>".utf8
            return
        }
        bytes += ">".utf8
        bytes += text.escapedForXML(isAttribute: false).utf8
        for child in children { child.write(into: &bytes) }
        bytes += "</\(name)>".utf8
    }
}

extension String {
    /// So that every character that XML can hold is read as itself again; others become U+FFFD.
    package func escapedForXML(isAttribute: Bool) -> String {
        guard utf8.contains(where: { $0 < 0x20 || $0 == 0xEF || "&<>\"".utf8.contains($0) }) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"" where isAttribute: text += "&quot;"
            case "\r": text += "&#13;"
            case "\n" where isAttribute: text += "&#10;"
            case "\t" where isAttribute: text += "&#9;"
            default: text.unicodeScalars.append(scalar.isXML ? scalar : "\u{FFFD}")
            }
        }
        return text
    }
}
