import Foundation
import Mappings
import Rules

/// A correction followed through the gateway, as lines to print: what it says, what would become of its conversion, and what each tracker
/// would be told. Looks into the store, changes nothing.
struct CorrectionExplanation {
    private(set) var lines: [String] = []
    private(set) var isRefused = false

    init(
        configuration: Configuration, source: SourceConfiguration, request: WireRequest,
        update: (index: Int, mapping: Mapping, pathValues: [String: String]), now: Timestamp
    ) async {
        let mapping = source.mapping
        let secrets = SecretFinder(configuration.sources.flatMap(\.secrets) + configuration.destinations.flatMap(\.secrets))
        let target = RequestMask(mapping, secrets: secrets).stored(request, peer: "").target
        let name = mapping.updates[update.index].name
        lines = ["\(request.method) \(target) as \(mapping.tracker)'s \(name), source '\(source.name)'".styled(.bold), ""]
        do throws(Refusal) {
            let parsed = try update.mapping.parse(request, pathValues: update.pathValues)
            let wrong = Explanation.wrongCredentials(parsed, source)
            if !wrong.isEmpty {
                isRefused = true
                lines += ["the \(wrong.joined(separator: " and ")) sent is not this source's, so the gateway answers 401".styled(.red), ""]
            }
            guard let reader = InboundSource(source, routes: configuration.routes).updateReaders[update.index] else { return }
            let read = try reader.readCorrection(
                parsed, as: .init(id: ConversionID(at: now, random: (0, 0)), source: source.name, receivedAt: now))
            lines.append("correction \(String(decoding: read.correction.document(), as: UTF8.self))")
            if let alternative = (source.duplicates ?? mapping.duplicates).key(of: read.message)?.alternative {
                let parts = alternative.parts.map { "\($0.path) \(read.message[$0.path].description.quotedBriefly)" }
                lines.append("of the conversion with \(parts.joined(separator: " and "))")
            }
            lines.append("")
            try await apply(read, configuration, source)
        } catch {
            isRefused = true
            let reply = Explanation.reply(to: error, mapping: update.mapping, source: source.name, now: now)
            lines.append("refused: \(error.code)".styled(.red))
            for failure in error.failures { lines.append("  \(failure.sentence.printable)") }
            lines += ["", "reply: \(reply.status) \(String(decoding: reply.body, as: UTF8.self))"]
        }
        lines = lines.map { secrets.masked($0) }
    }

    private mutating func apply(_ read: CorrectionMessage, _ configuration: Configuration, _ source: SourceConfiguration)
        async throws(Refusal)
    {
        let found: (current: Conversion, states: [String: DeliveryState])?
        do throws(StoreError) {
            found = try await Self.known(read.message, configuration)
        } catch {
            lines.append("what became of its conversion is not known: \(error)".styled(.yellow))
            return
        }
        guard let (current, states) = found else {
            lines.append("the store has no such conversion: the correction would wait for it".styled(.yellow))
            return
        }
        switch current.corrected(by: read.correction) {
        case .refused(let failure): throw Refusal([failure])
        case .unchanged(let note): lines.append("conversion \(current.id) stays as it is: \(note)".styled(.yellow))
        case .changed(let next):
            var table = TextTable("conversion \(next.id)", "now", "then")
            for field in Field.allNames where current.exampleText(field) != next.exampleText(field) {
                table.add(field, current.exampleText(field) ?? "", next.exampleText(field) ?? "")
            }
            lines += table.lines + [""]
            let routed = configuration.routes.destinations(of: next)
            for name in configuration.destinations.map(\.name) where routed.contains(name) || states[name] != nil {
                show(next, to: name, after: states[name], configuration)
            }
        }
    }

    private mutating func show(_ next: Conversion, to name: String, after state: DeliveryState?, _ configuration: Configuration) {
        guard let destination = configuration.destination(name) else { return }
        do throws(Skip) {
            let request = try Sending(destination, routes: configuration.routes).request(for: next, after: state)
            lines.append("→ \(name)".styled(.green))
            lines += Explanation.lines(of: request, secrets: destination.secrets).map { "  " + $0 }
        } catch {
            lines += ["→ \(name): skipped".styled(.yellow), "  \(error.reason.printable)"]
        }
    }

    /// The source's newest conversion with the message's order or click id, and what became of it at each destination; nil also without a store.
    private static func known(
        _ message: Conversion, _ configuration: Configuration
    ) async throws(StoreError) -> (current: Conversion, states: [String: DeliveryState])? {
        let (orderID, clickID) = (message.text(.orderID), message.text(.clickID))
        guard orderID != nil || clickID != nil else { return nil }
        if case .sqlite(let path) = configuration.store, !FileManager.default.fileExists(atPath: path) { return nil }
        let store = try configuration.store.open(readOnly: true)
        let known = await known(in: store, source: message.source, orderID: orderID, clickID: clickID)
        await store.close()
        return known
    }

    private static func known(
        in store: any ConversionStore, source: String, orderID: String?, clickID: String?
    ) async -> (current: Conversion, states: [String: DeliveryState])? {
        guard
            let row = try? await store.conversions(
                ConversionFilter(source: source, orderID: orderID, clickID: orderID == nil ? clickID : nil, limit: 1)
            ).first,
            let current = try? Conversion(document: row.document),
            let deliveries = try? await store.deliveries(DeliveryFilter(history: row.id, limit: 10_000))
        else { return nil }
        var states: [String: DeliveryState] = [:]
        for (name, rows) in Dictionary(grouping: deliveries, by: \.id.destination) {
            states[name] = DeliveryState.predecessor(rows.map(\.state))
        }
        return (current, states)
    }
}
