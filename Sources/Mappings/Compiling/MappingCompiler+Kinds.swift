/// What an address takes beside conversions and corrections, and whether all of that can be told apart.
extension MappingCompiler {
    /// An entry with its place in the file.
    typealias Placed<Plan> = (plan: Plan, location: SourceLocation)

    /// `- { if: 'body.type == "customer.created"', because: not about money }`, and at the end `- { else: true }`.
    mutating func ignores(_ nodes: [YAMLNode]) -> [Placed<IgnorePlan>] {
        var isOver = false
        return nodes.compactMap { node in
            var map = YAMLFields(node, subject: "an entry of 'ignores'", into: &diagnostics)
            let condition = map.take("if").flatMap { RequestCondition.parse($0, settings: settings, into: &diagnostics) }
            let isElse = map.flag("else", &diagnostics) ?? false
            let reason = map.text("because", &diagnostics)
            map.finish(&diagnostics)
            if node.isMap, isElse == (node["if"] != nil) {
                diagnostics.error(
                    at: node.location,
                    "an entry of 'ignores' needs one of if (which messages) or else: true (every message that is of no other kind)")
                return nil
            }
            if isOver {
                diagnostics.error(at: node.location, "no message comes here: 'else: true' above takes all that are left; put it last")
            }
            isOver = isOver || isElse
            guard isElse || condition != nil else { return nil }
            return (IgnorePlan(condition: condition, reason: reason ?? "it is no conversion"), node.location)
        }
    }

    /// `- { method: [GET, HEAD, OPTIONS], status: 200 }`.
    mutating func handshake(_ node: YAMLNode) -> Placed<HandshakePlan>? {
        var map = YAMLFields(node, subject: "a handshake", into: &diagnostics)
        let methods = map.texts("method", &diagnostics).map { self.methods($0, among: HandshakePlan.methods) }
        let condition = map.take("if").flatMap { RequestCondition.parse($0, settings: nil, into: &diagnostics) }
        let status = map.integer("status", in: 200...599, &diagnostics) ?? 200
        let body = map.take("xml").map { xml($0) } ?? self.body(&map, names: ReplyVariables.names)
        map.finish(&diagnostics)
        if node.isMap, node["method"] == nil, node["if"] == nil {
            diagnostics.error(
                at: node.location, "a handshake needs 'method' or 'if': it is answered before anybody is asked for a credential")
        }
        return (HandshakePlan(methods: methods, condition: condition, status: status, body: body), node.location)
    }

    /// Replies and attempts name an entry, whichever list it is in.
    mutating func checkNames(of messages: [FieldNode], _ updates: [FieldNode]) {
        for update in updates where messages.contains(where: { $0.name == update.name }) {
            diagnostics.error(at: update.key.location, "'\(update.name)' is an entry of 'messages' too; give one of them another name")
        }
    }

    /// One kind for each request: of several at one address, all but one say with `if` which requests are theirs.
    mutating func checkKinds(
        of mapping: Mapping, at places: [String: SourceLocation], _ ignores: [Placed<IgnorePlan>], _ handshakes: [Placed<HandshakePlan>],
        _ top: SourceLocation
    ) {
        guard mapping.sides.contains(.source) else { return }
        var open: [(path: String, request: RequestPlan)] = []
        if mapping.request.condition == nil { open.append(("the main request's path", mapping.request)) }
        for message in mapping.messages {
            guard let request = message.inbound?.request, request.condition == nil else { continue }
            let subject = "\(message.role.word) '\(message.name)'"
            if let other = open.first(where: { $0.request.isAnswered(with: request) }) {
                let choices = message.role == .first ? "say 'for: out'" : "say 'for: out', or 'resend: true'"
                diagnostics.error(
                    at: places[message.name] ?? top,
                    "\(subject) has \(other.path); give its request an 'if' that says which are its own, or \(choices)")
            }
            open.append(("the path of \(subject)", request))
        }
        if let last = ignores.last, last.plan.condition == nil, mapping.request.condition == nil,
            mapping.messages.allSatisfy({ $0.inbound == nil })
        {
            diagnostics.error(
                at: last.location, "no message comes here: the main request takes all of its address; give it an 'if' that says which")
        }
        for (plan, place) in handshakes where plan.condition == nil {
            let taken = mapping.inboundMethods
            guard let method = plan.methods?.first(where: taken.contains) else { continue }
            diagnostics.error(
                at: place, "this handshake answers every \(method) request, conversions too; give it an 'if' that says which are handshakes"
            )
        }
    }
}

extension HandshakePlan {
    static let methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
}

extension RequestPlan {
    /// Whether a request may be of both.
    fileprivate func isAnswered(with other: RequestPlan) -> Bool {
        paths.contains(where: other.paths.contains) && !Set(methods).isDisjoint(with: other.methods)
    }
}

extension Mapping {
    fileprivate var inboundMethods: [String] { request.methods + messages.flatMap { $0.inbound?.request.methods ?? [] } }
}
