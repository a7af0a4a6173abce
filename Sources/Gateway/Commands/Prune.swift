import ArgumentParser
import Mappings
import Rules

struct Prune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Removes old raw requests, attempts, repeats and refused requests, as the configuration's retention says.",
        discussion: """
            A running gateway with `retention:` does so by itself; this does it now, in small portions, beside it or alone. Conversions, their \
            amounts and duplicate keys stay, and so does everything of a conversion that is still owed to a destination. Freed space is used \
            again; files do not shrink. Of gateways that share a database one prunes at a time.
            """
    )

    @OptionGroup var store: StoreOption

    @Flag(name: .long, help: "Counts what would go, and changes nothing.")
    var dryRun = false

    func run() async throws {
        let (store, configuration) = try store.open(readOnly: dryRun)
        guard let limits = configuration?.retention, !limits.isEmpty else {
            Terminal.complain(
                "the configuration has no retention, so everything is kept; write retention: { requests: 90d, attempts: 30d }")
            throw ExitStatus.findings
        }
        let now = SystemClock.now()
        var sum = PruneReport()
        if dryRun {
            sum = try await store.prunable(limits, at: now)
        } else {
            let pace = PrunePace()
            repeat {
                let start = Uptime.now()
                sum += try await store.prune(limits, at: now)
                if !sum.isDone { try await Task.sleep(for: pace.pause(after: sum, took: Uptime.now() - start)) }
            } while !sum.isDone
        }
        await store.close()
        show(sum, limits)
    }

    private func show(_ report: PruneReport, _ limits: RetentionLimits) {
        let isTooLarge = limits.maxSize.map { report.usedBytes > $0 } ?? false
        if store.json {
            return Listing.printPretty([
                "requests": .number("\(report.requests)"), "attempts": .number("\(report.attempts)"),
                "repeats": .number("\(report.repeats)"), "refused": .number("\(report.refused)"),
                "used_bytes": .number("\(report.usedBytes)"), "too_large": .bool(isTooLarge),
            ])
        }
        let verb = dryRun ? "would prune" : "pruned"
        Terminal.print(report.count == 0 ? "nothing is old enough to be pruned" : "\(verb) \(report.text)")
        Terminal.print("\(ByteSize.text(report.usedBytes)) in use")
        guard let limit = limits.maxSize, isTooLarge else { return }
        let more = "more than max_size, \(ByteSize.text(limit))"
        Terminal.print(
            dryRun ? "\(more): the oldest would go beyond these until it fits" : "\(more), and nothing is left that may be pruned")
    }
}

extension ByteSize {
    /// As a person says it: `512 B`, `4.8 MB`.
    static func text(_ bytes: Int) -> String {
        let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "KB")]
        guard let (size, unit) = units.first(where: { bytes >= $0.0 }) else { return "\(bytes) B" }
        return "\(bytes / size).\(bytes % size * 10 / size) \(unit)"
    }
}
