import ArgumentParser
import Foundation
import Mappings
import NIOSSL
import Rules

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at the store, the disk, the clock, files' permissions and each destination, and says what is wrong.",
        discussion: """
            Nothing is changed and nothing is sent: a destination's name is looked up, a connection is opened and TLS is agreed on, no more. \
            Ends with 1 if there is a problem. May run beside the service; it reads the whole store, some seconds for each gigabyte. On PostgreSQL \
            it shows the nodes with their leases, the connections, and how far the clocks are apart.

            With --url it checks a running deployment from outside instead, through the proxy in front: the certificate, the sender's address, \
            bytes that must arrive unchanged, long addresses and large bodies, and senders that close at once. It needs the configuration and \
            the secrets of the running gateway, on this or another machine. None of its requests becomes a conversion.
            """
    )

    @OptionGroup var configuration: ConfigurationOption

    @Option(name: .long, help: ArgumentHelp("Checks the deployment at this address from outside.", valueName: "https://…"))
    var url: String?

    @Option(
        name: .long, help: ArgumentHelp("With --url: trusts the certificates in this file instead of the machine's.", valueName: "file"),
        completion: .file())
    var caFile: String?

    @Flag(name: .long, help: "Prints JSON.")
    var json = false

    func run() async throws {
        let origin = try origin()
        let configuration = try configuration.load()
        let findings: [DoctorFinding]
        if let origin {
            findings = await DoctorOutside(configuration, origin: origin, egress: try egress()).findings()
        } else {
            let files = DoctorFiles.findings(configuration, path: self.configuration.config)
            let store = await DoctorStore(configuration).findings()
            findings = files + store + (await DoctorDestinations(configuration).findings())
        }
        show(findings)
        if findings.contains(where: { $0.level == .problem }) { throw ExitStatus.findings }
    }

    private func show(_ findings: [DoctorFinding]) {
        if json {
            Listing.print(
                findings.map {
                    ["check": .string($0.check), "level": .string($0.level.rawValue), "sentence": .string($0.sentence)]
                })
        } else {
            // On a terminal the sentences need the room.
            let width = Terminal.isTerminal ? 20 : findings.map(\.check.count).max() ?? 0
            for finding in findings {
                let level = finding.level.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0).styled(finding.level.style)
                let check = finding.check.padding(toLength: max(width, finding.check.count), withPad: " ", startingAt: 0)
                Terminal.tell("\(level)  \(check)  \(finding.sentence)")
            }
        }
    }

    private func origin() throws -> Origin? {
        guard let url else {
            if caFile != nil { throw ValidationError("--ca-file has a meaning with --url only") }
            return nil
        }
        guard let origin = Origin(of: url), origin.prefix == url || origin.prefix + "/" == url else {
            throw ValidationError("--url must be an address without a path, such as https://track.example.com, found \(url.quotedBriefly)")
        }
        return origin
    }

    private func egress() throws -> Egress {
        guard let caFile else { return Egress() }
        do {
            return Egress(trusting: try NIOSSLCertificate.fromPEMFile(caFile).map { try $0.toDERBytes() })
        } catch {
            throw ValidationError("no certificate can be read from \(caFile.quotedBriefly): \(error)")
        }
    }
}

/// One line of the doctor's report.
struct DoctorFinding: Sendable, Equatable {
    enum Level: String, Sendable {
        case ok, warning, problem

        var style: Terminal.Style {
            switch self {
            case .ok: .green
            case .warning: .yellow
            case .problem: .red
            }
        }
    }
    var check: String
    var level: Level
    /// What was found and, if it is not well, what would help.
    var sentence: String

    init(_ check: String, _ level: Level, _ sentence: String) {
        self.check = check
        self.level = level
        self.sentence = sentence
    }
}

/// The configuration file and who may read what.
enum DoctorFiles {
    static func findings(_ configuration: Configuration, path: String) -> [DoctorFinding] {
        var findings: [DoctorFinding] = []
        let warnings = configuration.warnings.count
        let what = [
            (configuration.sources.count, "source"), (configuration.destinations.count, "destination"),
            (configuration.routes.count, "route"),
        ].map { $0.0.of($0.1) }.joined(separator: ", ")
        findings.append(
            warnings == 0
                ? DoctorFinding("configuration", .ok, what)
                : DoctorFinding(
                    "configuration", .warning,
                    "\(what); \(warnings.of("warning")), shown by `gateway check --config \(path)`"))
        for source in configuration.sources where !source.openCredentials.isEmpty {
            findings.append(
                DoctorFinding(
                    "credentials", .warning,
                    "anyone may send as '\(source.name)', whose \(source.openCredentials.sorted().joined(separator: " and ")) is null; set it"
                ))
        }
        for certificate in configuration.tls?.certificates ?? [] { findings.append(finding(certificate, now: SystemClock.now())) }
        let secrets = configuration.sources.flatMap(\.secrets) + configuration.destinations.flatMap(\.secrets)
        let missing = secrets.count { $0.isEmpty }
        findings.append(
            missing == 0
                ? DoctorFinding("credentials", .ok, "\(secrets.count) present")
                : DoctorFinding("credentials", .problem, "\(missing) of \(secrets.count) are empty; set them"))
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let holdsSecrets = secrets.contains { $0.utf8.count >= SecretFinder.minimumLength && text.contains($0) }
        findings += permissions(of: path, named: "configuration file", matter: holdsSecrets, because: "it holds credentials")
        if case .sqlite(let store) = configuration.store, FileManager.default.fileExists(atPath: store) {
            findings += permissions(of: store, named: "store", matter: true, because: "it holds customers' data")
            for (ending, name) in [("-wal", "store's log"), ("-shm", "store's index of the log"), (".lock", "store's lock")] {
                findings += permissions(of: store + ending, named: name, matter: ending != ".lock", because: "it holds customers' data")
                    .filter { $0.level != .ok }
            }
        }
        return findings
    }

    /// Senders fail when it ends.
    private static func finding(_ certificate: ServerCertificate, now: Timestamp) -> DoctorFinding {
        let whose =
            certificate.names.isEmpty ? "a certificate without names" : "the certificate of \(certificate.names.joined(separator: ", "))"
        let days = Int(now.duration(to: certificate.end) / .seconds(86_400))
        guard now < certificate.end else {
            return DoctorFinding("tls", .problem, "\(whose) ended on \(certificate.end); senders fail, so renew it")
        }
        let sentence = "\(whose) is good for \(days) days"
        return days < DoctorDestinations.certificateDays
            ? DoctorFinding("tls", .warning, "\(sentence); senders fail when it ends, so renew it") : DoctorFinding("tls", .ok, sentence)
    }

    private static func permissions(of path: String, named name: String, matter: Bool, because reason: String) -> [DoctorFinding] {
        guard let mode = (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int else { return [] }
        if mode & 0o002 != 0 {
            return [
                DoctorFinding("permissions", .problem, "everyone on this machine may write the \(name) '\(path)'; chmod o-rwx '\(path)'")
            ]
        }
        if mode & 0o004 != 0, matter {
            return [
                DoctorFinding(
                    "permissions", .warning, "everyone on this machine may read the \(name) '\(path)', and \(reason); chmod o-r '\(path)'")
            ]
        }
        return [DoctorFinding("permissions", .ok, "\(name) '\(path)' \(String(mode, radix: 8))")]
    }
}
