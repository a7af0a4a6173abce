import Mappings

/// Looks through a store's rows for a person, and gives what is written in place of what it finds.
///
/// First every message of every conversion is shown to it, then the steps of the histories in `roots`, then all else. A correction that
/// names nobody is about the person that its first message named, so a whole history is found with one of its messages.
package struct PersonSearch: Sendable {
    package let person: Person
    /// The first messages of the histories in which the person was found.
    package private(set) var roots: Set<ConversionID> = []
    package private(set) var found = PersonTraces()
    private var theirs: Set<ConversionID> = []

    package init(_ person: Person) { self.person = person }

    package mutating func look(atMessageOf root: ConversionID, document: [UInt8], request: [UInt8]) {
        if person.isIn(document: document, request: request) { roots.insert(root) }
    }

    /// What is kept of the conditions that did not take a message may name anybody whom the configuration names.
    package mutating func look(at message: ConversionID, missed: String) {
        if person.isIn(missed) { found.missed.append((message, person.masked(missed))) }
    }

    /// A message of a history in `roots`.
    package mutating func take(_ message: ConversionID, hasRequest: Bool) {
        theirs.insert(message)
        found.conversions.append(message)
        if hasRequest { found.requests += 1 }
    }

    /// A repeat with its document, its raw request or a note.
    package mutating func look(at key: RepeatKey, document: [UInt8]?, request: [UInt8]?, note: String? = nil) {
        if let note, person.isIn(note) { found.notes.append((key, person.masked(note))) }
        if document == nil, request == nil { return }
        let request = request.flatMap { StoredRequest(encoded: $0) }
        guard theirs.contains(key.conversion) || document.map(person.isIn) ?? false || request.map(person.isIn) ?? false else { return }
        found.repeats.append(key)
    }

    package mutating func look(at key: AttemptKey, line: [UInt8], request: [UInt8], reply: [UInt8]) {
        guard theirs.contains(key.delivery.conversion) || [line, request, reply].contains(where: person.isIn) else { return }
        found.attempts.append((key, AttemptRow.forgotten(String(decoding: line, as: UTF8.self))))
    }

    package mutating func look(at delivery: DeliveryID, state: DeliveryState, reason: String?, remoteID: String?) {
        if state == .pending, theirs.contains(delivery.conversion) { found.pending.append(delivery) }
        guard [reason, remoteID].contains(where: { $0.map(person.isIn) ?? false }) else { return }
        found.deliveries.append((delivery, reason.map(person.masked), remoteID.map(person.masked)))
    }

    package mutating func look(atWaiting number: Int64, orderID: String?, document: [UInt8], request: [UInt8]) {
        guard person.isIn(document: document, request: request) || orderID.map(person.isIn) ?? false else { return }
        found.waiting.append((number, orderID.map(person.masked), person.removed(fromCorrection: document)))
    }

    /// What an operator said about a pause, or a process about a destination.
    package mutating func look(at reason: PersonTraces.Reason) {
        guard person.isIn(reason.text) else { return }
        var masked = reason
        masked.text = person.masked(reason.text)
        found.reasons.append(masked)
    }

    package mutating func look(atRefused id: Int64, reason: [UInt8], request: [UInt8]) {
        if person.isIn(reason) || StoredRequest(encoded: request).map(person.isIn) ?? false { found.refused.append(id) }
    }
}

/// The places at which a person was found, with what is written there instead.
package struct PersonTraces: Sendable {
    /// Rewritten by `Person.rewritten`; the raw request goes.
    package var conversions: [ConversionID] = []
    /// How many of the conversions have a raw request.
    package var requests = 0
    /// Document and raw request go.
    package var repeats: [RepeatKey] = []
    /// The line is replaced, the reply becomes `AttemptRow.removed`, what was sent behind the line goes.
    package var attempts: [(key: AttemptKey, line: String)] = []
    package var deliveries: [(id: DeliveryID, reason: String?, remoteID: String?)] = []
    package var notes: [(key: RepeatKey, note: String)] = []
    /// Of messages: the routes that did not take them.
    package var missed: [(id: ConversionID, text: String)] = []
    package var reasons: [Reason] = []
    /// Order id and document are replaced, the raw request goes.
    package var waiting: [(number: Int64, orderID: String?, document: [UInt8])] = []
    /// They go whole.
    package var refused: [Int64] = []
    /// What is owed to a destination of the conversions.
    package var pending: [DeliveryID] = []

    package init() {}

    /// Why a destination is as it is.
    package struct Reason: Sendable {
        package var destination: String
        /// Whose report it is; nil for an operator's pause.
        package var node: String?
        package var text: String

        package init(destination: String, node: String?, text: String) {
            self.destination = destination
            self.node = node
            self.text = text
        }
    }

    package var report: ForgetReport {
        ForgetReport(
            conversions: conversions.count, requests: requests, repeats: repeats.count, attempts: attempts.count,
            reasons: deliveries.count, notes: notes.count + reasons.count + missed.count, waiting: waiting.count, refused: refused.count,
            pending: pending)
    }
}

extension Person {
    /// A conversion's columns without this person; `identifiers` is nil if order id and click id stay as they are.
    package func rewritten(
        document: [UInt8], missed: String?, orderID: String?, clickID: String?
    ) -> (document: [UInt8], missed: String?, identifiers: (orderID: String?, clickID: String?)?) {
        let isNamed = [orderID, clickID].contains { $0.map(isIn) ?? false }
        let kept = removed(from: document)
        return (kept, missed.map { marked($0, document, kept) }, isNamed ? (orderID.map(masked), clickID.map(masked)) : nil)
    }

    private func marked(_ missed: String, _ before: [UInt8], _ after: [UInt8]) -> String {
        guard !missed.isEmpty, let before = try? Conversion(document: before), let after = try? Conversion(document: after) else {
            return masked(missed)
        }
        return MissedRoutes(text: missed).forgetting(self, from: before, to: after).text
    }
}
