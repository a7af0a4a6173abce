import Crypto
import DequeModule
import Mappings
import Rules
import Synchronization

/// Says what arrived of a request, to an operator who has the configuration: `doctor --url` compares it with what it sent through the proxies in front.
///
/// Its path belongs to no tracker, so that nothing is ever stored. Without a pass the path does not exist.
final class DeploymentProbe: Sendable {
    private struct State {
        var count = 0
        /// The names of requests that arrived, newest last.
        var names = Deque<String>()
    }
    /// Also the beginning of longer paths.
    static let path = "/probez"
    /// The headers that are shown, beside that of `request_id_header`.
    static let shown = ["X-Forwarded-For", "Gateway-Probe-Double"]
    private static let remembered = 512

    /// Distinguishes gateways behind one address.
    private let instance: String
    private let state = Mutex(State())

    init(instance: String = String(UInt64.random(in: 0...UInt64.max), radix: 16)) { self.instance = instance }

    /// Nil for any other path, and without a pass.
    func reply(to arrival: Arrival, peer: String, _ reception: Reception, _ pass: ProbePass) -> ReceptionReply? {
        let request = arrival.request
        guard request.path == Self.path || request.path.hasPrefix(Self.path + "/"),
            let name = request.header(ProbePass.header).flatMap({ pass.name(in: $0, at: arrival.receivedAt) })
        else { return nil }
        // The first part of a name says which doctor asks.
        let run = name.prefix { $0 != "-" } + "-"
        let (count, names) = state.withLock { state in
            state.count += 1
            if state.names.count == Self.remembered { state.names.removeFirst() }
            state.names.append(name)
            return (state.count, state.names.filter { $0.hasPrefix(run) })
        }
        return ReceptionReply(
            ReceptionReply.json(
                status: 200,
                [
                    "probe": "gateway", "instance": .string(instance), "count": .number("\(count)"),
                    "arrived": .array(names.map { .string($0) }), "method": .string(request.method), "target": .string(request.target),
                    "headers": Self.headers(of: request, reception), "bodyDigest": .string(Self.digest(of: request.body)),
                    "peer": .string(peer), "isTrusted": .bool(IPAddress(peer).map { reception.trusts($0) } ?? false),
                    "client": .string(arrival.peer),
                ]))
    }

    static func digest(of body: [UInt8]) -> String { SHA256.hash(data: body).withUnsafeBytes(\.hex) }

    /// Each name with its values, in the order of the request.
    private static func headers(of request: WireRequest, _ reception: Reception) -> JSONValue {
        let names = shown + [reception.requestIDHeader].compactMap(\.self)
        return .object(
            JSONObject(
                names.map { name in
                    (name, .array(request.headers.filter { $0.name.isEqualIgnoringCase(name) }.map { .string($0.value) }))
                }))
    }
}

extension ProbePass {
    /// Of all secrets that the configuration holds.
    init(_ configuration: Configuration) {
        self.init(
            secrets: (configuration.sources.flatMap(\.secrets) + configuration.destinations.flatMap(\.secrets)).filter { !$0.isEmpty })
    }
}
