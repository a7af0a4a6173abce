import Mappings
import Rules

/// Runs refused requests and repeats again, by today's configuration and mappings. The judge that serves decides about each.
///
/// The credential that proved its sender is gone. Its source is the one that was kept with it, if a credential was proven then; else the
/// operator names the source. Its age counts from when it came first.
struct RefusedReplay {
    let store: any ConversionStore
    private let reception: Reception?
    private let configuration: Configuration?
    /// The source that a stranger's request is taken for.
    private let source: String?

    init(store: any ConversionStore, configuration: Configuration?, source: String?) {
        self.store = store
        self.configuration = configuration
        self.source = source
        reception = configuration.map { Reception($0) }
    }

    private struct Unusable: Error, CustomStringConvertible { var description: String }

    private func judge(_ kept: KeptRequest, id: ConversionID, at now: Timestamp) throws(Unusable) -> (
        arrival: Arrival, judgement: Judgement
    ) {
        guard let reception, let configuration else {
            throw Unusable(description: "running a kept request again needs a configuration; name it with --config")
        }
        guard !kept.isCut else {
            throw Unusable(
                description:
                    "only the first \(kept.request.body.count) bytes of its body were kept, so it cannot be run again; let its sender "
                    + "repeat it, or give the whole with --body")
        }
        guard let name = kept.source ?? source else {
            throw Unusable(description: "this request came from a stranger; name its source with --source NAME")
        }
        guard configuration.source(name) != nil else { throw Unusable(description: "the configuration has no source '\(name)'") }
        let request = kept.request
        let arrival = Arrival(
            id: id, receivedAt: now, arrivedAt: kept.receivedAt, request: request.wireRequest,
            sender: .named(source: name, peer: request.peer), note: kept.note)
        guard case .trackers(let matches, let first) = reception.find(arrival) else {
            throw Unusable(description: "this gateway does not take \(request.method) \(arrival.request.path.quotedBriefly)")
        }
        let judgement = reception.judge(arrival, reception.admit(arrival, matches, first))
        guard !kept.ownKeys.isEmpty, case .conversion(let conversion, var submission) = judgement else { return (arrival, judgement) }
        (submission.keys, submission.awaitedKeys, submission.signature, submission.repeats) = ([], [], nil, .ignore)
        submission.copyOf = kept.copyOf
        return (arrival, .conversion(conversion, submission))
    }

    /// The submission with the first of its own keys that no conversion has; or the last one, and what the store says of that.
    private func choosingKey(
        _ submission: Submission, _ kept: KeptRequest, _ foresight: Foresight
    ) async -> (submission: Submission, acceptance: Result<Acceptance, StoreError>) {
        var submission = submission
        var acceptance: Result<Acceptance, StoreError>?
        for key in kept.ownKeys {
            submission.keys = [DuplicateKey(scope: .source(submission.conversion.source), digest: key)]
            acceptance = await foresight.acceptance(of: submission)
            guard case .success(.duplicate)? = acceptance else { break }
        }
        if let acceptance { return (submission, acceptance) }
        return (submission, await foresight.acceptance(of: submission))
    }

    /// What would become of a request today, and whether the store would take something from it.
    func outcome(of kept: KeptRequest, _ foresight: Foresight) async -> (sentence: String, isStored: Bool) {
        do throws(Unusable) {
            let now = SystemClock.now()
            switch try judge(kept, id: ConversionID(at: now, random: (0, 0)), at: now).judgement {
            case .refused(let refusal): return ("would be refused again: \(refusal.reason.printable)", false)
            case .list: return ("asks for a list, which needs no second run", false)
            case .ignored(let reason): return ("would be ignored: \(reason)", false)
            case .correction(let read, let submission):
                return Self.outcome(await foresight.correction(by: submission), of: read.message, submission)
            case .conversion(_, let submission):
                let (chosen, acceptance) = await choosingKey(submission, kept, foresight)
                return Self.outcome(acceptance, of: chosen)
            }
        } catch {
            return ("\(error)", false)
        }
    }

    private static func outcome(_ acceptance: Result<Acceptance, StoreError>, of submission: Submission) -> (String, Bool) {
        switch acceptance {
        case .success(.stored):
            let names = submission.destinations.joined(separator: ", ")
            return ("would become a conversion of '\(submission.conversion.source)', for \(names.isEmpty ? "no destination" : names)", true)
        case .success(.duplicate(let first, _)), .success(.secondTry(let first)):
            return ("is conversion \(first), which is stored already", true)
        case .success(.corrected(let first, _)): return ("would become a correction of conversion \(first)", true)
        case .success(.conflict(let other)): return ("its key belongs to conversion \(other) of another source", false)
        case .success(.refused(let failure)): return ("would be refused again: \(failure.sentence.printable)", false)
        case .failure(let error): return ("what would become of it is unknown: \(error)", false)
        }
    }

    private static func outcome(
        _ result: Result<CorrectionResult, StoreError>, of message: Conversion, _ submission: Submission
    ) -> (String, Bool) {
        switch result {
        case .success(.applied):
            let order = message.text(.orderID).map { " with order id \($0.quotedBriefly)" } ?? ""
            return ("would correct a conversion of '\(submission.conversion.source)'\(order)", true)
        case .success(.waiting): return ("would wait for its conversion", true)
        case .success(.unchanged(let root, let note)):
            return ("would change nothing in conversion \(root)\(note.map { ": \($0)" } ?? "")", true)
        case .success(.refused(let failure)): return ("would be refused again: \(failure.sentence.printable)", false)
        case .success(.notFound): return ("the conversion that it is about is not stored here", false)
        case .success(.tooManyWait(let excess)): return (excess.sentence, false)
        case .success(.conflict(let other)): return ("its key belongs to conversion \(other) of another source", false)
        case .failure(let error): return ("what would become of it is unknown: \(error)", false)
        }
    }

    enum Outcome { case stored, known, refused }

    /// False if one is refused again.
    func run(_ rows: [KeptRequest]) async throws -> Bool {
        guard !rows.isEmpty else { return true }
        var outcomes: [Outcome] = []
        for row in rows {
            let (outcome, sentence) = try await carryOut(row)
            if outcome == .refused { Terminal.complain(sentence) } else { Terminal.tell(sentence) }
            outcomes.append(outcome)
        }
        Terminal.print("\(outcomes.count { $0 == .stored }) of \(rows.count) became conversions")
        return !outcomes.contains(.refused)
    }

    /// Runs one, and says what became of it.
    func carryOut(_ row: KeptRequest) async throws -> (outcome: Outcome, sentence: String) {
        do {
            return try await run(row)
        } catch let refusal as Refusal {
            return (.refused, "\(row.name) is refused again: \(refusal.reason.printable)")
        } catch let error as Unusable {
            return (.refused, "\(row.name): \(error)")
        } catch let error as StoreError where error.kind == .unstorable {
            return (.refused, "\(row.name): \(error.description.printable)")
        }
    }

    private func run(_ row: KeptRequest) async throws -> (Outcome, String) {
        let now = SystemClock.now()
        let (arrival, judgement) = try judge(row, id: SystemClock.intake.id(at: now), at: now)
        switch judgement {
        case .refused(let refusal): throw refusal
        case .list: throw Unusable(description: "it asks for a list, which needs no second run")
        case .ignored(let reason): throw Unusable(description: "it is ignored by today's mapping: \(reason)")
        case .conversion(let conversion, let submission): return try await store(conversion, submission, row, arrival)
        case .correction(let read, let submission): return try await correct(read.message, submission, row, arrival)
        }
    }

    private func store(
        _ conversion: Conversion, _ submission: Submission, _ row: KeptRequest, _ arrival: Arrival
    ) async throws -> (Outcome, String) {
        var submission = submission
        if !row.ownKeys.isEmpty {
            let (chosen, acceptance) = await choosingKey(submission, row, .store(store))
            // The same repeat once more is the same request: nothing is kept of it, unless it says something else now.
            if case .success(.duplicate(let first, _)) = acceptance, row.copyOf == nil {
                return (.known, "\(row.name) is conversion \(first), which is stored already\(row.more.map { "; \($0)" } ?? "")")
            }
            submission = chosen
        }
        switch try await store.accept(submission) {
        case .stored:
            return (.stored, try await mark(row, as: conversion.id, arrival, "became conversion \(conversion.id)"))
        case .duplicate(let first, _), .secondTry(let first):
            return (.known, try await mark(row, as: first, arrival, "is conversion \(first), which is stored already"))
        case .corrected(let first, let correction):
            return (.stored, try await mark(row, as: correction, arrival, "became correction \(correction) of conversion \(first)"))
        case .refused(let failure): throw Refusal([failure])
        case .conflict(let other): throw Unusable(description: "its key belongs to conversion \(other) of another source")
        }
    }

    private func correct(
        _ message: Conversion, _ submission: Submission, _ row: KeptRequest, _ arrival: Arrival
    ) async throws -> (Outcome, String) {
        switch try await store.correct(submission) {
        case .applied(let root, let correction):
            return (.stored, try await mark(row, as: correction, arrival, "became correction \(correction) of conversion \(root)"))
        case .waiting:
            return (.stored, try await mark(row, as: arrival.id, arrival, "waits for its conversion as correction \(arrival.id)"))
        case .unchanged(let root, let note):
            return (.known, try await mark(row, as: root, arrival, "changes nothing in conversion \(root)\(note.map { ": \($0)" } ?? "")"))
        case .refused(let failure): throw Refusal([failure])
        case .notFound: throw Unusable(description: "the conversion that it is about is not stored here")
        case .tooManyWait(let excess): throw Unusable(description: excess.sentence)
        case .conflict(let other): throw Unusable(description: "its key belongs to conversion \(other) of another source")
        }
    }

    private func mark(_ row: KeptRequest, as id: ConversionID, _ arrival: Arrival, _ what: String) async throws -> String {
        if let number = row.number { try await store.markReplayed(refused: number, as: id, at: arrival.receivedAt) }
        return "\(row.name) \(what)"
    }
}
