import Mappings
import NIOCore
import NIOPosix
import Rules

/// Checks a running deployment from outside, through whatever is in front of the gateway: what senders write must be what the gateway gets.
///
/// Its requests go to a path that only the gateway itself answers, with a pass that the configuration's secrets make. None becomes a
/// conversion, and none is kept.
struct DoctorOutside: Sendable {
    private static let leaving = 20
    private static let longAddress = 20_000
    /// An address that nobody has (RFC 5737): what the doctor claims to be.
    private static let claimed = "192.0.2.1"

    private let configuration: Configuration
    private let connection: OutsideConnection
    private let pass: ProbePass
    /// The first part of every request's name.
    private let run = String(UInt32.random(in: 0...UInt32.max), radix: 16)

    init(_ configuration: Configuration, origin: Origin, egress: Egress) {
        self.configuration = configuration
        connection = OutsideConnection(origin: origin, egress: egress)
        pass = ProbePass(configuration)
    }

    func findings() async -> [DoctorFinding] {
        var findings = [await transport()]
        if findings[0].level == .problem { return findings }
        let first: ProbeReport
        switch await probe("first", claim: true) {
        case .failure(let reason):
            return findings + [DoctorFinding("gateway", .problem, "GET \(DeploymentProbe.path) \(reason.sentence)")]
        case .success(let report): first = report
        }
        findings.append(DoctorFinding("gateway", .ok, "a gateway with this configuration answers"))
        findings += [Self.senderAddress(first, claimed: Self.claimed)]
        findings += requestID(first)
        findings += [await cache(after: first), await query(), await path(), await rawBytes(), await longAddress()]
        findings += [await smallBody(), await largeBody(), await leavers(), await otherHost()]
        return findings
    }

    /// Of the gateway that answers; several may share the address.
    func instance() async -> String? { if case .success(let report) = await probe("instance") { report.instance } else { nil } }

    // MARK: Requests

    /// - Parameters:
    ///   - name: for this request alone.
    ///   - claim: also sends what no client may decide.
    private func request(
        _ name: String, _ method: String = "GET", _ target: [UInt8] = Array(DeploymentProbe.path.utf8), host: String? = nil,
        claim: Bool = false, body: [UInt8] = []
    ) -> [UInt8] {
        var head = "Host: \(host ?? String(connection.origin.authority))\r\nUser-Agent: gateway-doctor\r\nConnection: close\r\n"
        if let text = pass.text(for: "\(run)-\(name)", at: SystemClock.now()) { head += "\(ProbePass.header): \(text)\r\n" }
        if claim {
            head += "X-Forwarded-For: \(Self.claimed)\r\n"
            if let header = configuration.requestIDHeader { head += "\(header): doctor-\(run)\r\n" }
        }
        if method == "POST" { head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
        return Array("\(method) ".utf8) + target + Array(" HTTP/1.1\r\n\(head)\r\n".utf8) + body
    }

    private func probe(
        _ name: String, _ method: String = "GET", _ target: [UInt8] = Array(DeploymentProbe.path.utf8), host: String? = nil,
        claim: Bool = false, body: [UInt8] = []
    ) async -> Result<ProbeReport, ProbeReport.Absence> {
        do throws(ExchangeFailure) {
            return ProbeReport.read(try await connection.exchange(request(name, method, target, host: host, claim: claim, body: body)))
        } catch {
            return .failure(.unanswered(Self.sentence(error)))
        }
    }

    // MARK: Checks

    private func transport() async -> DoctorFinding {
        let origin = connection.origin
        var failure = ExchangeFailure.hostNotFound(origin.host)
        for address in await addresses() {
            do throws(ExchangeFailure) {
                if let days = try await DoctorDestinations.connect(to: address, origin, connection.egress) {
                    return Self.certificate(days: days)
                }
                return DoctorFinding(
                    "tls", .warning, "\(origin.shown) speaks no TLS: anybody on the way reads sales and secrets; use https://")
            } catch {
                failure = error
            }
        }
        return DoctorFinding("tls", .problem, Self.sentence(failure))
    }

    private func addresses() async -> [SocketAddress] {
        let origin = connection.origin
        if let literal = try? SocketAddress(ipAddress: origin.host, port: origin.port) { return [literal] }
        let found = try? await HostLookups.system.addresses(of: origin.host, on: MultiThreadedEventLoopGroup.singleton.any()).get()
        return (found ?? []).map { address in
            var address = address
            address.port = origin.port
            return address
        }
    }

    /// The sentences are about a tracker; a host's name may hold that word too.
    private static func sentence(_ failure: ExchangeFailure) -> String {
        let (text, word) = (failure.sentence, "tracker")
        return text.hasPrefix(word) ? "the other end" + text.dropFirst(word.count) : text
    }

    static func certificate(days: Int) -> DoctorFinding {
        let sentence = "the certificate is good for \(days) days"
        return days < DoctorDestinations.certificateDays
            ? DoctorFinding("tls", .warning, "\(sentence); senders fail when it ends, so renew it") : DoctorFinding("tls", .ok, sentence)
    }

    static func senderAddress(_ report: ProbeReport, claimed: String) -> DoctorFinding {
        let check = "sender's address"
        let entries = report.header("X-Forwarded-For").flatMap { $0.split(separator: ",") }.map { String($0).trimmed }
        func problem(_ sentence: String) -> DoctorFinding { DoctorFinding(check, .problem, sentence) }
        if !report.isTrusted {
            return entries == [claimed]
                ? DoctorFinding(check, .ok, "\(report.peer), without a proxy that the gateway trusts")
                : problem(
                    "a proxy at \(report.peer) is in front and not trusted, so that all senders are one address; add it to 'trusted_proxies'"
                )
        }
        guard let last = entries.last else {
            return problem(
                "the proxy at \(report.peer) sends no X-Forwarded-For, so that all senders are one address; let it set that header")
        }
        if last == claimed {
            return problem(
                "the proxy at \(report.peer) passes on the X-Forwarded-For of its client, so that anybody may claim an address within "
                    + "'allow_ips'; let it set or append that header")
        }
        if report.client == claimed || report.client == report.peer {
            return DoctorFinding(
                check, .ok,
                "the proxy at \(report.peer) says that this machine is \(last), which is a trusted proxy itself; ask from another machine, too"
            )
        }
        return DoctorFinding(check, .ok, "the gateway sees this machine as \(report.client), through the proxy at \(report.peer)")
    }

    private func requestID(_ report: ProbeReport) -> [DoctorFinding] {
        guard let header = configuration.requestIDHeader else { return [] }
        return [Self.requestID(report.header(header), header, claimed: "doctor-\(run)")]
    }

    static func requestID(_ values: [String], _ header: String, claimed: String) -> DoctorFinding {
        if values.isEmpty {
            return DoctorFinding("request id", .problem, "no \(header) arrives, so that a second try may count twice; let the proxy set it")
        }
        if values.contains(claimed) {
            return DoctorFinding(
                "request id", .problem,
                "the proxy passes on its client's \(header), so that two requests may seem one; let it replace that header with an id of its own"
            )
        }
        return DoctorFinding("request id", .ok, "the proxy names each request in \(header)")
    }

    private func cache(after first: ProbeReport) async -> DoctorFinding {
        guard case .success(let second) = await probe("first", claim: true) else {
            return DoctorFinding("cache", .warning, "the same request again was not answered; try again")
        }
        return first.instance == second.instance && first.count == second.count
            ? DoctorFinding("cache", .problem, "a cache answers in place of the gateway, so that equal postbacks are lost; switch it off")
            : DoctorFinding("cache", .ok, "each request reaches the gateway")
    }

    private func query() async -> DoctorFinding {
        await compare(
            "query", "/query?b=%7e&a=x%2fy+z%20w&~=*'()&%C3%A9=%e9&e=&b=2",
            advice: "signatures cover these bytes, so the proxy must not change how the query is written")
    }

    private func path() async -> DoctorFinding {
        await compare(
            "path", "/path/a%2Fb//c%7Ed",
            advice: "the proxy must pass the path on as it is (Apache: AllowEncodedSlashes NoDecode and nocanon)")
    }

    private func rawBytes() async -> DoctorFinding {
        let target = Array("\(DeploymentProbe.path)/raw?a=1¤cy=EUR&b=".utf8) + [0xA4]
        return await compare(
            "raw bytes", target, "\(DeploymentProbe.path)/raw?a=1%C2%A4cy=EUR&b=%A4",
            advice: "senders whose links went through an HTML page write ¤cy (HAProxy: option accept-invalid-http-request)")
    }

    private func longAddress() async -> DoctorFinding {
        await compare(
            "long addresses", "/long?x=" + String(repeating: "x", count: Self.longAddress),
            advice: "addresses of 20 kB are refused; allow longer ones (nginx: large_client_header_buffers)")
    }

    private func compare(_ check: String, _ ending: String, advice: String) async -> DoctorFinding {
        await compare(check, Array((DeploymentProbe.path + ending).utf8), DeploymentProbe.path + ending, advice: advice)
    }

    private func compare(_ check: String, _ sent: [UInt8], _ expected: String, advice: String) async -> DoctorFinding {
        switch await probe(check.replacing(" ", with: ""), "GET", sent) {
        case .failure(let absence): return DoctorFinding(check, .problem, "a request \(absence.sentence); \(advice)")
        case .success(let report):
            if report.target == expected { return DoctorFinding(check, .ok, "arrives as it was sent") }
            let place = zip(expected.utf8, report.target.utf8).prefix { $0 == $1 }.count
            let (was, now) = (Self.part(of: expected, at: place), Self.part(of: report.target, at: place))
            return DoctorFinding(check, .problem, "'\(was)' was sent and '\(now)' arrived; \(advice)")
        }
    }

    private static func part(of text: String, at place: Int) -> String {
        String(decoding: Array(text.utf8)[max(0, place - 4)...].prefix(16), as: UTF8.self)
    }

    private func smallBody() async -> DoctorFinding {
        let body = Array("{ \"b\" : 1.0,\r\n\t\"a\": \"\\u00e9 é\" }\n".utf8)
        switch await probe("body", "POST", body: body) {
        case .failure(let absence): return DoctorFinding("body", .problem, "a POST \(absence.sentence)")
        case .success(let report):
            return report.bodyDigest == DeploymentProbe.digest(of: body)
                ? DoctorFinding("body", .ok, "arrives as it was sent")
                : DoctorFinding("body", .problem, "a body was changed on the way; signatures cover its bytes, so the proxy must not")
        }
    }

    private func largeBody() async -> DoctorFinding {
        let limit = configuration.limits.body
        switch await probe("large", "POST", body: Array(repeating: UInt8(ascii: " "), count: limit)) {
        case .success: return DoctorFinding("large bodies", .ok, "\(limit) bytes arrive, as 'limits.body' allows")
        case .failure(let absence):
            return DoctorFinding(
                "large bodies", .problem,
                "a body of \(limit) bytes, which 'limits.body' allows, \(absence.sentence); raise the proxy's limit (nginx: client_max_body_size)"
            )
        }
    }

    /// Senders that close as soon as they have written.
    private func leavers() async -> DoctorFinding {
        let names = (0..<2 * Self.leaving).map { "left\($0)" }
        for (number, name) in names.enumerated() {
            let method = number.isMultiple(of: 2) ? "GET" : "POST"
            do throws(ExchangeFailure) {
                try await connection.sendAndLeave(request(name, method, body: method == "POST" ? Array("{}".utf8) : []))
            } catch {
                return DoctorFinding("senders that leave", .warning, "not checked: \(Self.sentence(error))")
            }
        }
        var arrived: Set<String> = []
        // Several gateways may share the address, and each knows its own.
        for look in 0..<30 where arrived.count < names.count {
            if case .success(let report) = await probe("look\(look)") {
                arrived.formUnion(report.arrived.filter { $0.hasPrefix("\(run)-left") })
            }
            if arrived.count < names.count { try? await Task.sleep(for: .milliseconds(200)) }
        }
        return Self.leavers(arrived: arrived.count, of: names.count)
    }

    static func leavers(arrived: Int, of sent: Int) -> DoctorFinding {
        arrived == sent
            ? DoctorFinding("senders that leave", .ok, "all \(sent) requests arrived whose senders closed at once")
            : DoctorFinding(
                "senders that leave", .problem,
                "\(sent - arrived) of \(sent) requests were dropped because their senders closed at once, as many postbacks do "
                    + "(nginx: proxy_ignore_client_abort on; Caddy: flush_interval -1)")
    }

    private func otherHost() async -> DoctorFinding {
        switch await probe("host", host: "not-configured.invalid") {
        case .failure(.answered(let status, _)) where (200..<300).contains(status):
            DoctorFinding(
                "other hosts", .problem,
                "a host that the proxy does not know gets \(status) from the proxy itself, so that its sender believes a postback stored; "
                    + "let it refuse such hosts")
        case .failure: DoctorFinding("other hosts", .ok, "a host that the proxy does not know is refused")
        case .success: DoctorFinding("other hosts", .ok, "every host leads to the gateway")
        }
    }
}
