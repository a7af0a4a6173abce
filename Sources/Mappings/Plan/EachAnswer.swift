/// Where one answer to several conversions says what became of each.
package struct EachAnswer: Sendable {
    /// The members that lead to the list, whose elements are read as answers of their own; empty if the answer is the list.
    var place: [String]
    /// The member of an element that names its conversion, as the request has it; nil goes by position.
    var id: String?
    /// Where mistakes are if they stand beside the list.
    var errors: Errors?
    /// The element of a conversion that is refused, as the gateway answers it; nil is an empty one.
    var refused: JSONTemplate?

    /// Mistakes beside the list, each of which says by a number whose it is. It is read as a member of that one's element.
    struct Errors: Sendable {
        /// The members and lists that lead to each of them.
        var place: [Step]
        /// What leads from one of them to the number of its conversion, from 0.
        var position: [Step]
        /// The member that the element gets; the first mistake of an element counts.
        var member: String
        /// What the gateway answers for a conversion that is refused, but for its number; nil answers nothing.
        var refused: JSONTemplate?

        enum Step: Sendable, Hashable {
            case member(String)
            case element(Int)
            /// Each of a list.
            case each
        }
    }
}

extension Mapping {
    /// What a list in the answer says of each request that was sent together; nil inside for one that it does not name. Nil if the answer
    /// has no such list: it is about all of them.
    package func answers(toEach requests: [OutboundRequest], in body: [UInt8]) -> [[UInt8]?]? {
        guard let each = eachAnswer, let answer = try? JSONValue(parsing: body.withoutByteOrderMark) else { return nil }
        var value = answer
        for name in each.place {
            guard let member = value[name] else { return nil }
            value = member
        }
        guard case .array(var elements) = value else { return nil }
        each.errors?.put(of: answer, into: &elements)
        guard let id = each.id else { return requests.indices.map { $0 < elements.count ? elements[$0].bytes : nil } }
        var named: [String: JSONValue] = [:]
        for element in elements {
            if let text = element[id]?.plainText, named[text] == nil { named[text] = element }
        }
        return requests.map { request in
            guard let place = request.element, let sent = try? JSONValue(parsing: Array(request.body[place])) else { return nil }
            return sent[id]?.plainText.flatMap { named[$0] }?.bytes
        }
    }
}

extension EachAnswer.Errors {
    /// Each beside what is said of its conversion already. One without a number is nobody's.
    func put(of answer: JSONValue, into elements: inout [JSONValue]) {
        for error in answer.values(at: place[...]) {
            guard let text = error.values(at: position[...]).first?.plainText, let index = Int(text), elements.indices.contains(index),
                case .object(var element) = elements[index], element[member] == nil
            else { continue }
            element[member] = error
            elements[index] = .object(element)
        }
    }
}

extension JSONValue {
    fileprivate func values(at steps: ArraySlice<EachAnswer.Errors.Step>) -> [JSONValue] {
        guard let step = steps.first else { return [self] }
        switch (step, self) {
        case (.member(let name), _): return self[name].map { $0.values(at: steps.dropFirst()) } ?? []
        case (.element(let index), .array(let elements)) where elements.indices.contains(index):
            return elements[index].values(at: steps.dropFirst())
        case (.each, .array(let elements)): return elements.flatMap { $0.values(at: steps.dropFirst()) }
        default: return []
        }
    }

    fileprivate var bytes: [UInt8] {
        var json = JSONWriter()
        json.write(self)
        return json.bytes
    }
}
