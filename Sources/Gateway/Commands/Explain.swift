import ArgumentParser
import Foundation
import Mappings

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Shows what becomes of one request: the conversion, where each field came from, and each outgoing request. Sends nothing.",
        discussion: """
            The request is a file, or standard input: a raw HTTP request, a JSON or XML body alone, or a query alone. Credentials that it lacks \
            are filled in from the source. The gateway's own judge decides, by the time of this machine, and the store says what it would \
            make of the message: nothing is stored or sent. A request to a path of the mapping's updates is a correction: \
            it is shown on the conversion that it would change. Ends with 1 if the gateway would refuse the request.
            """
    )

    @OptionGroup var configuration: ConfigurationOption

    @Option(name: .long, help: "The source whose request this is.")
    var source: String?

    @Argument(help: ArgumentHelp("The file with the request; - or nothing for standard input.", valueName: "request"))
    var request: String?

    func run() async throws {
        if let request, ConfigurationFile.isConfiguration(request) {
            throw ValidationError(
                "'\(request)' is a configuration, not a request; write gateway explain --config \(request) --source \(source ?? "NAME") REQUEST"
            )
        }
        guard let name = source else {
            throw ValidationError("name the source whose request this is: gateway explain --source NAME \(request ?? "REQUEST")")
        }
        let configuration = try configuration.load()
        guard let source = configuration.source(name) else {
            Terminal.complain(
                "there is no source '\(name)' in \(self.configuration.config)\(name.suggestion(from: configuration.sources.map(\.name)))"
            )
            throw ExitStatus.usage
        }
        let bytes = try read()
        let path = (try? source.mapping.request.path.text(source.settings).get()) ?? source.mapping.request.path.description
        let wire: WireRequest
        do {
            let open = source.mapping.request.path.openNames(source.settings)
            wire = try RawHTTPRequest.parse(bytes, mapping: source.mapping, path: path, open: open)
        } catch {
            Terminal.complain("\(error)")
            throw ExitStatus.usage
        }
        let foresight = Foresight(configuration.store)
        let explanation = await Explanation(
            configuration: configuration, source: source, request: wire, now: SystemClock.now(), foresight: foresight)
        await foresight.close()
        Terminal.print(explanation.lines)
        if explanation.isRefused { throw ExitStatus.findings }
    }

    private func read() throws -> [UInt8] {
        guard let request, request != "-" else { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
        guard let data = FileManager.default.contents(atPath: request) else {
            Terminal.complain("the file '\(request)' cannot be read")
            throw ExitStatus.usage
        }
        return Array(data)
    }
}
