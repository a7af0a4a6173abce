extension MappingCompiler {
    /// What can be said of the fields only when all of them are known.
    mutating func finishFields(of request: RequestPlan) {
        layout.complete()
        checkXML(request)
        let written = fields.filter { $0.writing != nil && !$0.isKey && $0.path.parameter == nil }
        for field in written {
            guard let location = fieldLocations[field.name] else { continue }
            switch field.place {
            case .path, .header: continue
            case .query: checkParameter(field, at: location)
            case .body, .envelope:
                if request.writtenFormat === BodyFormats.form { checkParameter(field, at: location) }
                checkElements(of: field, among: written, at: location)
            }
        }
    }

    /// A parameter's name can say in which item it is, and in no other list.
    private mutating func checkParameter(_ field: FieldPlan, at location: SourceLocation) {
        let steps = field.path.steps
        let isNamed = steps.allSatisfy { step in
            switch step {
            case .filter, .eachMember: false
            case .member, .position, .each, .numbered: true
            }
        }
        guard !isNamed || field.path.lists.count > 1 else { return }
        diagnostics.error(
            at: location,
            "'\(field.name)' cannot be a parameter's name: a query or form has numbered names, such as sku{1..} or items[].sku")
    }

    /// A list is written from the items or from its fixed elements, which leave no gap.
    private mutating func checkElements(of field: FieldPlan, among written: [FieldPlan], at location: SourceLocation) {
        for (index, step) in field.path.steps.enumerated() {
            let list = field.path.steps[..<index]
            let others = written.filter { $0.path.steps.count > index && $0.path.steps[..<index] == list }.map { $0.path.steps[index] }
            switch step {
            case .position(let position):
                if let gap = (0..<position).first(where: { !others.contains(.position($0)) }) {
                    let name = WirePath.text(of: list)
                    diagnostics.error(at: location, "'\(field.name)' leaves a gap: no field that is written is \(name)[\(gap)]")
                }
                fallthrough
            case .filter:
                let isOfItems = written.contains { $0.items == .list(step: index) && $0.path.steps[...index] == list + [.each] }
                guard isOfItems else { continue }
                let name = WirePath.text(of: list)
                diagnostics.error(
                    at: location, "'\(name)[]' is written from the items, so '\(field.name)' is only read; say out: false")
            case .member, .each, .eachMember, .numbered: continue
            }
        }
    }
}
