import Mappings
import NIOHTTP1

/// A request that has arrived whole, or as much of it as was taken in.
struct InboundRequest: Sendable {
    var wire: WireRequest
    /// Why the body is missing.
    var fault: Refusal?
    /// Only the beginning of the body was taken in, or nothing of it.
    var isCut: Bool
    /// The memory of a big body, reserved as long as somebody has the request.
    var reservation: BodyReservation?
}

extension WireRequest {
    init(_ head: HTTPRequestHead, body: [UInt8]) {
        let target = Self.originForm(head.uri)
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        self.init(
            method: head.method.rawValue, path: String(target[..<(mark ?? target.endIndex)]),
            query: mark.map { String(target[target.index(after: $0)...]) } ?? "",
            headers: head.headers.map { ($0.name, $0.value) }, body: body)
    }

    /// `http://host/path` as `/path`: proxies may send either (RFC 9112, section 3.2.2).
    private static func originForm(_ target: String) -> String {
        guard target.utf8.first != UInt8(ascii: "/"), let scheme = target.firstRange(of: "://") else { return target }
        let rest = target[scheme.upperBound...].drop { $0 != "/" && $0 != "?" && $0 != "#" }
        return rest.first == "/" ? String(rest) : "/" + rest
    }
}
