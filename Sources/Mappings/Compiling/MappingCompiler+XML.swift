extension MappingCompiler {
    /// `root: order`, the first element of an XML body.
    mutating func xmlRoot(of node: YAMLNode, _ map: inout YAMLFields, _ formats: [any BodyFormat]) -> String? {
        let root = map.text("root", &diagnostics)
        let readsXML = formats.contains { $0 === BodyFormats.xml }
        if let root, let place = node["root"]?.location {
            if !readsXML {
                diagnostics.error(at: place, "'root' is the first element of an XML body; write body: xml")
            } else if !root.isXMLName {
                diagnostics.error(at: place, "'root' is the name of an XML body's first element, such as order, found '\(root)'")
            }
        } else if readsXML, node["root"] == nil, let place = node["body"]?.location {
            diagnostics.error(at: place, "an XML body has a first element, which stands around the fields; name it, such as root: order")
        }
        return root
    }

    /// The paths of fields in an XML body: names that XML can have, below the root.
    mutating func checkXML(_ request: RequestPlan) {
        guard request.readsXML else { return }
        layout.xmlRoot = request.xmlRoot
        for field in fields where field.place == .body && !field.isKey {
            guard let location = fieldLocations[field.name], let mistake = field.path.mistakeInXML(field.name) else { continue }
            diagnostics.error(at: location, mistake)
        }
        for credential in credentials {
            for case .body(let name) in credential.places where !name.isXMLMember || name == "$" {
                // Each of a mapping's requests has the same ones.
                guard let place = credentialLocations[credential.name] else { continue }
                credentialLocations[credential.name] = nil
                diagnostics.error(
                    at: place, "credential '\(credential.name)' is in an XML body, and '\(name)' is no name of an element or @attribute")
            }
        }
    }
}

extension WirePath {
    /// What XML has no place for; nil if it has one for all.
    fileprivate func mistakeInXML(_ field: String) -> String? {
        let rule = "is no name of an XML element, @attribute or $ (an element's text)"
        for (index, step) in steps.enumerated() {
            switch step {
            case .member(let name):
                let place = name == field ? "'\(name)'" : "'\(name)' in '\(field)'"
                guard name.isXMLMember else { return "\(place) \(rule)" }
                guard index < steps.count - 1, name == "$" || name.hasPrefix("@") else { continue }
                return "\(place) is a text and holds nothing; end the path with it"
            case .filter(let member, _):
                guard member.isXMLMember else { return "'\(member)' in '\(field)' \(rule)" }
            case .eachMember:
                return "'\(step.text)' in '\(field)' has no place in XML, where names say what a thing is; write a list, such as item[].sku"
            case .numbered(let prefix, let first, let suffix):
                guard "\(prefix)\(first)\(suffix)".isXMLName else { return "'\(step.text)' \(rule)" }
            case .each, .position: continue
            }
        }
        return nil
    }
}
