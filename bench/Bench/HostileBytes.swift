import Foundation
import FuzzProperties
import Mappings

/// What a byte of a request costs to judge, at its worst: a request taken apart, admitted and read, for each of the fuzzer's shapes and each
/// built-in mapping, beside the trackers' own samples.
struct HostileBytes {
    /// The folder of `Tests/Corpus` whose files are shapes.
    let corpus: URL

    private struct Cost {
        var name: String
        var perByte: Double
    }

    private static let size = 16 << 10

    /// Prints `{"worst": …, "nanoseconds_per_byte": …, "plain_nanoseconds_per_byte": …}`. Processor time counts, so other work on the machine
    /// does not; the least of several tries, spread over the given time.
    func run(seconds: Double) throws {
        let files = try FileManager.default.contentsOfDirectory(at: corpus, includingPropertiesForKeys: nil).sorted { $0.path < $1.path }
        let mappings = MappingCatalog.builtIn.mappings
        let plain = mappings.compactMap { mapping in mapping.sample?.given.map { (mapping.name, $0, mapping) } }
        let hostile = try files.flatMap { file in
            let bytes = [UInt8](try Data(contentsOf: file))
            guard let first = bytes.first, Int(first) < RequestShape.allCases.count else { return [(String, WireRequest, Mapping)]() }
            let shape = RequestShape.allCases[Int(first)]
            return mappings.map {
                ("\(file.lastPathComponent) to \($0.name)", shape.request(of: Array(bytes.dropFirst()), size: Self.size, to: $0), $0)
            }
        }
        let share = Duration.seconds(seconds) / (plain.count * 10 + hostile.count)
        let samples = plain.map { cost($0, for: share * 10) }.sorted { $0.perByte < $1.perByte }
        guard let worst = hostile.map({ cost($0, for: share) }).max(by: { $0.perByte < $1.perByte }), !samples.isEmpty else {
            throw MissingMapping()
        }
        let usual = samples[samples.count / 2]
        printLine(
            """
            {"worst": "\(worst.name)", "nanoseconds_per_byte": \(worst.perByte), "plain": "\(usual.name)", \
            "plain_nanoseconds_per_byte": \(usual.perByte), "requests": \(hostile.count)}
            """)
    }

    /// The dearer of its two judgements: as its source's request and as a stranger's.
    private func cost(_ request: (name: String, wire: WireRequest, mapping: Mapping), for share: Duration) -> Cost {
        let judge = SampleJudge.all
        let bytes = Double(RequestShape.bytes(of: request.wire))
        let times = [{ judge.judge(request.wire, of: request.mapping) }, { judge.turnAway(request.wire) }].map { work -> Duration in
            var least = ProcessorTime.least(of: 2, work)
            let end = ProcessorTime.now() + share / 2
            while ProcessorTime.now() < end { least = min(least, ProcessorTime.least(of: 3, work)) }
            return least
        }
        return Cost(name: request.name, perByte: ((times.max() ?? .zero) / .nanoseconds(1)) / bytes)
    }
}
