/// One way to put members into a body: how a request names it, what its bytes mean, and how they are made.
///
/// Only a format knows its own bytes; everything else asks a `BodyFormat`. To add a format, write one file with a class that conforms, and
/// name it in `BodyFormats.all`. A format reads and writes whole bodies: it is asked once for each request, never once for each field. It is
/// a class, so that the plans and requests that hold one are as cheap to copy as without it.
protocol BodyFormat: AnyObject, Sendable {
    /// What `body:` of a mapping's request calls it.
    var name: String { get }
    /// The `Content-Type` of the requests that the gateway writes.
    var contentType: String { get }
    /// Whether a `Content-Type` is this format's. It comes in lower case and without parameters.
    func isNamed(by mediaType: String) -> Bool
    /// Whether a body without a `Content-Type` looks like this format. The formats are asked in the order of `BodyFormats.all`.
    func fits(_ body: [UInt8]) -> Bool

    /// Puts the members of the request's body into their slots: fields, items and secrets; what no field names goes to
    /// `parsed.keepMember`.
    ///
    /// - Throws: a refusal if the bytes are not in this format.
    func read(_ layout: RequestLayout, into parsed: inout ParsedRequest) throws(Refusal)
    /// Members of these names of a body that `read` refused, in the order sent: they may still prove the sender. None if nothing in it can be
    /// trusted.
    func membersOfUnreadable(_ body: [UInt8], among names: [String]) -> [(name: String, value: String)]
    /// The members of a body; nil if the bytes are not in this format.
    func members(of body: [UInt8]) -> JSONObject?
    /// The same as their sender wrote them, for a signature that is about them.
    ///
    /// - Parameter names: of the signature.
    func pieces(of body: [UInt8], without names: [String]) -> SentContent.Pieces

    /// Prepares the writing of one mapping's bodies.
    func writer(of shape: BodyShape) -> any BodyWriter
    /// The body with one more text at its end: a credential or signature. A member of the same name is replaced. A body that is not in this
    /// format stays as it is.
    func setting(_ name: String, to value: String, in body: [UInt8]) -> [UInt8]

    /// The body with `mask` as the value of each member of these names. Other bytes stay as they are, and a body with mistakes in it hides
    /// its secrets too.
    func masking(_ names: Set<String>, in body: [UInt8], with mask: String) -> [UInt8]
}

extension BodyFormat {
    func membersOfUnreadable(_ body: [UInt8], among names: [String]) -> [(name: String, value: String)] { [] }
}

/// Writes the bodies of one mapping.
protocol BodyWriter: AnyObject, Sendable {
    /// - Parameters:
    ///   - wires: the fields' values, by the fields' place in the mapping.
    ///   - rows: the same for each item.
    /// - Throws: why the format cannot hold one of them.
    func body(_ wires: WireList, _ rows: [WireList]) throws(Skip) -> WrittenBody
}

struct WrittenBody {
    var bytes: [UInt8]
    /// Where the conversion itself is, in a body that holds a list of conversions.
    var element: Range<Int>?
}
