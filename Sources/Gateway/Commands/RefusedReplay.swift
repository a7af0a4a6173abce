import Mappings
import Rules

/// Runs refused requests again, by today's configuration and mappings.
struct RefusedReplay {
    let store: any IntakeStore & MendingStore
    let configuration: Configuration?
    /// Whose request a stranger's is taken for.
    let source: String?

    private struct Unusable: Error, CustomStringConvertible { var description: String }

    /// What would become of a refused request today, and whether it would be a conversion.
    func outcome(of row: RefusedRow) -> (sentence: String, isStored: Bool) {
        do {
            let (source, parsed, update) = try resubmission(row)
            let now = SystemClock.now()
            let identity = MappingReader.Identity(
                id: ConversionID(at: now, random: (0, 0)), source: source.name, receivedAt: row.refused.receivedAt)
            if let reader = update.flatMap({ InboundSource(source, routes: []).updateReaders[$0] }) {
                let message = try reader.readCorrection(parsed, as: identity).message
                return (
                    "would correct a conversion of '\(source.name)'\(message.text(.orderID).map { " with order id \($0.quotedBriefly)" } ?? "")",
                    true
                )
            }
            let conversion = try source.reader.read(parsed, as: identity)
            let names = configuration?.routes.destinations(of: conversion).joined(separator: ", ") ?? ""
            return ("would become a conversion of '\(source.name)', for \(names.isEmpty ? "no destination" : names)", true)
        } catch let refusal as Refusal {
            return ("would be refused again: \(refusal.reason.printable)", false)
        } catch {
            return ("\(error)", false)
        }
    }

    /// The source that a refused request is taken for, and the request taken apart by today's mapping: that of an update where its path says so.
    private func resubmission(_ row: RefusedRow) throws -> (source: SourceConfiguration, parsed: ParsedRequest, update: Int?) {
        guard let configuration else {
            throw Unusable(description: "running a refused request again needs a configuration; name it with --config")
        }
        guard let name = row.refused.source ?? source else {
            throw Unusable(description: "this request came from a stranger; say whose it is with --source NAME")
        }
        guard let source = configuration.source(name) else { throw Unusable(description: "the configuration has no source '\(name)'") }
        let request = row.refused.request.wireRequest
        if let update = source.update(takenBy: request) {
            return (source, try update.mapping.parse(request, pathValues: update.pathValues), update.index)
        }
        let values = source.mapping.request.path.match(request.path, below: name) ?? [:]
        return (source, try source.mapping.parse(request, pathValues: values), nil)
    }

    /// False where one is refused again.
    func run(_ rows: [RefusedRow]) async throws -> Bool {
        guard !rows.isEmpty else { return true }
        var stored = 0
        var known = 0
        for row in rows {
            do {
                let (source, parsed, update) = try resubmission(row)
                let now = SystemClock.now()
                let identity = MappingReader.Identity(id: SystemClock.intake.id(at: now), source: source.name, receivedAt: now)
                if let update {
                    if try await correct(row, source, parsed, update, identity) { stored += 1 } else { known += 1 }
                    continue
                }
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

    /// False where it changes nothing.
    private func correct(
        _ row: RefusedRow, _ source: SourceConfiguration, _ parsed: ParsedRequest, _ update: Int, _ identity: MappingReader.Identity
    ) async throws -> Bool {
        let inbound = InboundSource(source, routes: configuration?.routes ?? [])
        guard let reader = inbound.updateReaders[update] else { return false }
        let request = row.refused.request
        let submission = Submission(
            correction: try reader.readCorrection(parsed, as: identity), request: request, from: inbound, request.wireRequest)
        switch try await store.correct(submission) {
        case .applied(let root, let correction):
            try await store.markReplayed(refused: row.id, as: correction, at: identity.receivedAt)
            Terminal.print("refused request \(row.id) became correction \(correction) of conversion \(root)")
            return true
        case .waiting:
            try await store.markReplayed(refused: row.id, as: identity.id, at: identity.receivedAt)
            Terminal.print("refused request \(row.id) waits for its conversion as correction \(identity.id)")
            return true
        case .unchanged(let root, let note):
            try await store.markReplayed(refused: row.id, as: root, at: identity.receivedAt)
            Terminal.print("refused request \(row.id) changes nothing in conversion \(root)\(note.map { ": \($0)" } ?? "")")
            return false
        case .refused(let failure): throw Refusal([failure])
        case .notFound: throw Unusable(description: "the conversion that it is about is not stored here")
        case .conflict(let other): throw Unusable(description: "its key belongs to conversion \(other) of another source")
        }
    }
}
