/// The address of one tracker's request at one destination: scheme, host and path, with what the operator chose put in once, and what a
/// conversion says put in for each request.
struct AddressWriter: Sendable {
    /// What a request is sent to, up to its query.
    struct Address: Sendable {
        var url: String
        /// With `***` in the place of credentials.
        var masked: String
        /// The part of `url` behind the host that the tracker documents.
        var path: String
    }

    fileprivate enum Piece: Sendable {
        case text(String)
        case secret(String)
        /// The value of a parameter, by its place in the mapping's list.
        case parameter(name: String, index: Int)
        case field(FieldPath)
    }

    /// What the operator configured, without the tracker's own path.
    let base: String
    private let pieces: [Piece]
    /// By the place of a piece.
    private let frames: [Int: PathPlan.Frame]
    /// What follows the last piece: a slash or nothing.
    private let end: String
    /// If no conversion changes it.
    let fixed: Address?
    /// With the names of what conversions change, and without credentials.
    let shown: String

    /// - Parameter url: scheme, host and, if the tracker is below one, a path; the tracker's own path is added to it.
    /// - Throws: the setting or credential that the path needs and that is missing.
    init(
        _ request: RequestPlan, of mapping: Mapping, url: String, settings: [String: SettingValue], credentials: [String: String]
    ) throws(PathPlan.MissingSetting) {
        pieces = try Self.pieces(of: request.path, mapping, settings, credentials)
        frames = request.path.frames
        end = request.path.endsWithSlash ? "/" : ""
        let given = url.hasSuffix("/") ? String(url.dropLast()) : url
        var isFixed = true
        var written = Address(url: "", masked: "", path: "")
        for (place, piece) in pieces.enumerated() {
            let (own, masked) = piece.shown
            written.path += "/" + request.path.framed(own, at: place)
            written.masked += "/" + request.path.framed(masked, at: place)
            switch piece {
            case .parameter, .field: isFixed = false
            case .text, .secret: break
            }
        }
        let (host, start) = request.host?.base(for: given, settings) ?? (nil, given)
        base = host ?? (!written.path.isEmpty && start.hasSuffix(written.path) ? String(start.dropLast(written.path.count)) : start)
        written.path += end
        written.masked += end
        // A whole address that is configured for a tracker without a path of its own stays what it is.
        if written.path.isEmpty, !base.hasPath { (written.path, written.masked) = ("/", "/") }
        written.url = base + written.path
        written.masked = base + written.masked
        shown = written.masked
        fixed = isFixed ? written : nil
    }

    private static func pieces(
        of path: PathPlan, _ mapping: Mapping, _ settings: [String: SettingValue], _ credentials: [String: String]
    ) throws(PathPlan.MissingSetting) -> [Piece] {
        var pieces: [Piece] = []
        for segment in path.segments {
            switch segment {
            case .literal(let text): pieces.append(.text(text))
            case .setting(let name):
                guard case .text(let value) = settings[name]?.value else { throw PathPlan.MissingSetting(name: name) }
                pieces.append(.text(value.percentEncoded))
            case .secret(let name):
                guard let plan = mapping.credentials.first(where: { $0.places.contains(.path(name)) }), let value = credentials[plan.name]
                else { throw PathPlan.MissingSetting(name: name) }
                pieces.append(.secret(value.percentEncoded))
            case .parameter(let name):
                guard let index = mapping.fields.firstIndex(where: { $0.name == name }) else { throw PathPlan.MissingSetting(name: name) }
                pieces.append(.parameter(name: name, index: index))
            case .field(let path): pieces.append(.field(path))
            }
        }
        return pieces
    }

    /// - Parameter wires: the parameters' values.
    /// - Throws: why a value cannot be a part of the path.
    func address(_ conversion: Conversion, _ wires: WireList) throws(Skip) -> Address {
        if let fixed { return fixed }
        var address = Address(url: "", masked: "", path: "")
        for (place, piece) in pieces.enumerated() {
            var (own, masked) = piece.shown
            switch piece {
            case .text, .secret: break
            case .parameter(let name, let index): (own, masked) = try Self.segment(wires[index].text, name)
            case .field(.field(.there)) where conversion[.there].isAbsent:
                throw Skip("the path holds {there}, the tracker's own id of the conversion, and no answer of the tracker said one")
            case .field(let path): (own, masked) = try Self.segment(conversion[path].pathText, path.description)
            }
            address.path += "/" + (frames[place]?.around(own) ?? own)
            address.masked += "/" + (frames[place]?.around(masked) ?? masked)
        }
        address.path += end
        address.masked = base + address.masked + end
        address.url = base + address.path
        return address
    }

    /// A value as one segment: it never ends the path, adds a segment, or leads to another one.
    private static func segment(_ value: String?, _ name: String) throws(Skip) -> (String, String) {
        guard let value, !value.isBlank else { throw Skip("\(name) is a part of the path, and this conversion has none") }
        if value == "." || value == ".." {
            throw Skip("\(name) is a part of the path, and \(value.quotedBriefly) there would lead to another one")
        }
        if value.utf8.contains(UInt8(ascii: "/")) || value.utf8.contains(UInt8(ascii: "\\")) {
            throw Skip("\(name) is a part of the path, and \(value.quotedBriefly) with its slash would be several")
        }
        // RFC 3986: a segment may hold a colon as it is, and some paths end in `:action`.
        let text = value.percentEncoded.replacing("%3A", with: ":")
        return (text, text)
    }
}

extension AddressWriter.Piece {
    fileprivate var shown: (own: String, masked: String) {
        switch self {
        case .text(let text): (text, text)
        case .secret(let text): (text, "***")
        case .parameter(let name, _): ("{\(name)}", "{\(name)}")
        case .field(let path): ("{\(path)}", "{\(path)}")
        }
    }
}

extension String {
    /// Whether an address has something behind its host.
    fileprivate var hasPath: Bool {
        let rest = firstRange(of: "://").map { self[$0.upperBound...] } ?? self[...]
        return rest.contains("/")
    }
}

extension Value {
    fileprivate var pathText: String? { isAbsent ? nil : description }
}
