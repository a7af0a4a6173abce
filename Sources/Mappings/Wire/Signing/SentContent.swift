/// A received request as a `SignedForm` sees it: its content in pieces as the sender wrote them, without the signature.
final class SentContent {
    enum Pieces {
        case object(SentObject)
        /// As they came first; then as they may have been before.
        case parameters([SentParameters])
        /// Nothing, or nothing that can be taken apart.
        case none
    }

    /// Not empty.
    let body: [UInt8]?
    /// Of the body, or of the query if the fields are there.
    let pieces: Pieces
    /// Whether the signature that counts is in the pieces.
    let holdsSignature: Bool
    /// What the parameters mean. Nothing but a text that is less usual needs it.
    private(set) lazy var decoded: [(name: String, value: String)] = {
        let all = parsed.parameters?.pairs ?? Parameters(decoding: body ?? Array(parsed.request.query.utf8)).pairs
        return all.filter { !names.contains($0.name) }
    }()
    /// The parameters as an object of texts; and with numbers as numbers, if there are some.
    private(set) lazy var objects: [SentObject] = SentObject.Numbers.allCases.reduce(into: []) { objects, numbers in
        guard let object = SentObject(decoded, numbers: numbers), !objects.contains(where: object.isSame) else { return }
        objects.append(object)
    }
    /// An object's members as a parameter string has them, in the order sent and in that of their names.
    private(set) lazy var pairs: [(name: String, value: String)] = if case .object(let object) = pieces { object.pairs } else { [] }
    private(set) lazy var sortedPairs = pairs.sortedByName
    private let parsed: ParsedRequest
    private let names: [String]

    /// - Parameters:
    ///   - place: of the signature that counts.
    ///   - names: of the signature.
    init(_ parsed: ParsedRequest, at place: CredentialPlan.Place, without names: [String]) {
        self.parsed = parsed
        self.names = names
        body = parsed.hasBody ? parsed.request.body : nil
        if let format = parsed.format {
            pieces = parsed.hasBody ? format.pieces(of: parsed.request.body, without: names) : .none
            holdsSignature = if case .body = place { true } else { false }
        } else {
            pieces = .parameters(SentParameters.all(Array(parsed.request.query.utf8), without: names))
            holdsSignature = if case .query = place { true } else { false }
        }
    }

    /// How often the signature is in the pieces.
    var signatures: Int {
        switch pieces {
        case .object(let object): object.signatures
        case .parameters(let parameters): parameters.first?.signatures ?? 0
        case .none: 0
        }
    }

    /// Whether there is nothing to sign.
    var isEmpty: Bool {
        switch pieces {
        case .object(let object): object.isEmpty
        case .parameters(let parameters): parameters.first?.isEmpty ?? true
        case .none: true
        }
    }

    var byteCount: Int { body?.count ?? parsed.request.query.utf8.count }
}
