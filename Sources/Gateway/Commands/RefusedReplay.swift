import Mappings

/// Runs refused requests again, by today's configuration and mappings.
struct RefusedReplay {
    let store: any ConversionStore
    let configuration: Configuration?
    /// Whose request a stranger's is taken for.
    let source: String?

    private struct Unusable: Error, CustomStringConvertible { var description: String }

    /// What would become of a refused request today, and whether it would be a conversion.
    func outcome(of row: RefusedRow) -> (sentence: String, isStored: Bool) {
        do {
            let (source, parsed) = try resubmission(row)
            let now = SystemClock.now()
            let identity = MappingReader.Identity(
                id: ConversionID(at: now, random: (0, 0)), source: source.name, receivedAt: row.refused.receivedAt)
            let conversion = try source.reader.read(parsed, as: identity)
            let names = configuration?.routes.destinations(of: conversion).joined(separator: ", ") ?? ""
            return ("would become a conversion of '\(source.name)', for \(names.isEmpty ? "no destination" : names)", true)
        } catch let refusal as Refusal {
            return ("would be refused again: \(refusal.reason.printable)", false)
        } catch {
            return ("\(error)", false)
        }
    }

    /// The source that a refused request is taken for, and the request taken apart by today's mapping.
    private func resubmission(_ row: RefusedRow) throws -> (SourceConfiguration, ParsedRequest) {
        guard let configuration else {
            throw Unusable(description: "running a refused request again needs a configuration; name it with --config")
        }
        guard let name = row.refused.source ?? source else {
            throw Unusable(description: "this request came from a stranger; say whose it is with --source NAME")
        }
        guard let source = configuration.source(name) else { throw Unusable(description: "the configuration has no source '\(name)'") }
        let request = row.refused.request.wireRequest
        let path = source.mapping.request.path
        let values = path.match(request.path) ?? path.match(request.path.dropFirst(name.count + 1)) ?? [:]
        return (source, try source.mapping.parse(request, pathValues: values))
    }

    /// False where one is refused again.
    func run(_ rows: [RefusedRow]) async throws -> Bool {
        guard !rows.isEmpty else { return true }
        var stored = 0
        var known = 0
        for row in rows {
            do {
                let (source, parsed) = try resubmission(row)
                let now = SystemClock.now()
                let identity = MappingReader.Identity(id: SystemClock.intake.id(at: now), source: source.name, receivedAt: now)
                let conversion = try source.reader.read(parsed, as: identity)
                let submission = Submission.again(conversion, row.refused.request, source: source, routes: configuration?.routes ?? [])
                switch try await store.accept(submission) {
                case .stored:
                    try await store.markReplayed(refused: row.id, as: conversion.id, at: now)
                    stored += 1
                    Terminal.print("refused request \(row.id) became conversion \(conversion.id)")
                case .duplicate(let first, _):
                    try await store.markReplayed(refused: row.id, as: first, at: now)
                    known += 1
                    Terminal.print("refused request \(row.id) is conversion \(first), which is stored already")
                case .corrected(let first, let correction):
                    try await store.markReplayed(refused: row.id, as: correction, at: now)
                    stored += 1
                    Terminal.print("refused request \(row.id) became correction \(correction) of conversion \(first)")
                case .refused(let failure):
                    Terminal.complain("refused request \(row.id) is refused again: \(failure.sentence.printable)")
                case .conflict(let other):
                    Terminal.complain("refused request \(row.id) has a key that belongs to conversion \(other) of another source")
                }
            } catch let refusal as Refusal {
                Terminal.complain("refused request \(row.id) is refused again: \(refusal.reason.printable)")
            } catch let error as Unusable {
                Terminal.complain("refused request \(row.id): \(error)")
            }
        }
        Terminal.print("\(stored) of \(rows.count) became conversions")
        return stored + known == rows.count
    }
}
