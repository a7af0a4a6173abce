import Mappings
import NIOPosix
import Rules

/// A tracker page's own sample as one of the demo's sources would send it.
struct DemoRequest {
    private let source: SourceConfiguration
    private let request: WireRequest

    /// Nil if the mapping has no sample, or its path needs a setting that the source does not give.
    init?(_ source: SourceConfiguration) {
        guard let sample = source.mapping.sample, var given = sample.given,
            let path = try? source.mapping.request.path.text(source.settings).get()
        else { return nil }
        given.path = path
        self.source = source
        request = source.mapping.addingCredentials(source.credentials, to: given, at: SystemClock.now())
    }

    /// The first example of a correction; nil if the tracker takes none.
    init?(correcting source: SourceConfiguration) {
        guard let update = source.mapping.updates.first(where: { $0.inbound != nil }), let own = update.inbound,
            var given = update.examples.first(where: { $0.given != nil && $0.becomesConversion })?.given,
            let path = try? own.request.path.text(source.settings).get()
        else { return nil }
        given.path = path
        self.source = source
        request = own.addingCredentials(source.credentials, to: given, at: SystemClock.now())
    }

    /// `shop sends RefCampaign's sample: POST /api/v1/conversions/postback`.
    var title: String { "\(source.name) sends \(source.mapping.tracker)'s sample: \(request.method) \(request.path)" }

    func send(port: Int) async throws -> (status: Int, reply: String) {
        let url = "http://127.0.0.1:\(port)\(request.target)"
        let message = OutboundRequest(method: request.method, url: url, maskedURL: url, headers: request.headers, body: request.body)
        let client = TrackerClient(loop: MultiThreadedEventLoopGroup.singleton.any(), connections: 1, version: GatewayCommand.version)
        let egress = Egress(allow: [IPNetwork(IPAddress(family: .v4, bits: 0x7F00_0001))])
        let reply = try await client.send(message, through: egress, timeout: .seconds(30))
        await client.close()
        return (reply.status, String(decoding: reply.body, as: UTF8.self))
    }

    func curl(port: Int) -> String {
        var words = ["curl"]
        if request.method != "GET" { words.append("-X \(request.method)") }
        for (name, value) in request.headers { words.append("-H \(Self.quote("\(name): \(value)"))") }
        if !request.body.isEmpty { words.append("--data-raw \(Self.quote(String(decoding: request.body, as: UTF8.self)))") }
        words.append(Self.quote("http://127.0.0.1:\(port)\(request.target)"))
        return words.joined(separator: " ")
    }

    private static func quote(_ text: String) -> String { "'\(text.replacing("'", with: "'\\''"))'" }
}
