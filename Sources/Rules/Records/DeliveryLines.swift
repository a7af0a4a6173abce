import Mappings

/// What has become of each line of a delivery that is one request for each item. Stored with the delivery, as a short text.
///
/// A round gives every line that is open its turn. What was answered is not sent again; what failed is tried in the next round, when the
/// schedule says so. A tracker that asks for a pause ends the round, and the next one begins with the lines that had no turn.
package struct DeliveryLines: Sendable, Equatable {
    package enum Line: Character, Sendable {
        /// It has its turn in this round.
        case open = "-"
        /// It had its turn in this round, and is tried again in the next.
        case failed = "!"
        /// The schedule has ended.
        case dead = "x"
        case delivered = "d"
        case duplicate = "u"
        case unconfirmed = "n"
        case rejected = "r"
        case skipped = "s"

        fileprivate var hasArrived: Bool { self == .delivered || self == .duplicate }
    }

    /// What is said of a line that has not arrived.
    private struct Note: Sendable, Equatable {
        var line: Int
        var text: String
    }

    package private(set) var all: [Line]
    private var notes: [Note] = []
    /// When those that failed in this round may be tried again.
    private var retryAt: Timestamp?

    package init(count: Int) { all = Array(repeating: .open, count: count) }

    package var count: Int { all.count }
    package var arrived: Int { all.count(where: \.hasArrived) }
    /// The line whose turn it is, from 0.
    package var next: Int? { all.firstIndex(of: .open) }

    /// For lists: `2 of 3 lines`.
    package var summary: String { "\(arrived) of \(count) lines" }
}

// MARK: - A line's result

extension DeliveryLines {
    /// What a line's result makes of the delivery.
    package struct Conclusion: Sendable, Equatable {
        package var state: DeliveryState
        /// Only for `.pending`.
        package var nextAttempt: Timestamp?
        package var reason: String?
        /// Whether a round has ended, which is one of the schedule's tries.
        package var isCounted: Bool
    }

    /// - Parameters:
    ///   - line: from 0.
    ///   - name: of the line, for sentences.
    ///   - retryAt: when the line may be tried again, if it failed.
    ///   - warnings: what was changed about the line so that the tracker can hold it.
    package mutating func take(
        _ decision: AttemptJudge.Decision, of line: Int, named name: String, retryAt: Timestamp?, warnings: [String] = [],
        at now: Timestamp
    ) -> Conclusion {
        all[line] = Line(decision.state)
        let reason = decision.state.hasArrived ? nil : decision.reason
        notes.removeAll { $0.line == line }
        let parts = warnings + [reason].compactMap(\.self)
        if !parts.isEmpty { notes.append(Note(line: line, text: "\(name): \(parts.joined(separator: "; "))".inOneLine)) }
        if all[line] == .failed, let retryAt { self.retryAt = self.retryAt.map { max($0, retryAt) } ?? retryAt }
        if next != nil, all[line] != .failed || !decision.isAsked {
            return Conclusion(state: .pending, nextAttempt: now, reason: self.reason, isCounted: false)
        }
        guard all.contains(where: { $0 == .open || $0 == .failed }) else {
            return Conclusion(state: state, reason: self.reason, isCounted: true)
        }
        defer { self.retryAt = nil }
        if next == nil { for index in all.indices where all[index] == .failed { all[index] = .open } }
        return Conclusion(state: .pending, nextAttempt: self.retryAt ?? now, reason: self.reason, isCounted: true)
    }

    /// Once every line has ended: delivered if all are, else what needs a look the most.
    private var state: DeliveryState {
        if all.contains(.dead) { return .dead }
        if all.contains(.rejected) { return .rejected }
        if all.contains(.unconfirmed) { return .unconfirmed }
        if all.contains(.skipped) { return .skipped }
        return all.contains(.delivered) ? .delivered : .duplicate
    }

    private static let longestNote = 300
    private static let shownNotes = 5

    /// What is said of the lines, the first few of them.
    private var reason: String? {
        guard !notes.isEmpty else { return nil }
        var texts = notes.prefix(Self.shownNotes).map { AnswerWords.cut($0.text, to: Self.longestNote) }
        if notes.count > texts.count { texts.append("and \((notes.count - texts.count).of("more line"))") }
        return texts.joined(separator: "; ")
    }
}

extension DeliveryLines.Line {
    fileprivate init(_ state: DeliveryState) {
        switch state {
        case .pending: self = .failed
        case .dead: self = .dead
        case .delivered: self = .delivered
        case .duplicate: self = .duplicate
        case .unconfirmed: self = .unconfirmed
        case .rejected: self = .rejected
        case .skipped: self = .skipped
        }
    }
}

// MARK: - Later

extension DeliveryLines {
    /// The lines of a delivery that ended and is to be made again: only what has not arrived; what the tracker may have only if that is all
    /// that is left. Nil if all of it is sent again.
    package func reopened() -> DeliveryLines? {
        var lines = self
        lines.retryAt = nil
        var isOpen = false
        let again: [Line] =
            state == .unconfirmed && next == nil ? [.unconfirmed] : [.open, .failed, .dead, .rejected, .skipped]
        for index in all.indices where again.contains(all[index]) {
            lines.all[index] = .open
            lines.notes.removeAll { $0.line == index }
            isOpen = true
        }
        return isOpen ? lines : nil
    }

    /// Without anything that the tracker said.
    package var withoutNotes: DeliveryLines {
        var lines = self
        lines.notes = []
        return lines
    }

    /// With what another process has found out: what has arrived stays so.
    func joined(by other: DeliveryLines) -> DeliveryLines {
        guard other.count == count else { return other }
        var lines = other
        for index in all.indices where all[index].hasArrived && !other.all[index].hasArrived { lines.all[index] = all[index] }
        return lines
    }
}

// MARK: - As text

extension DeliveryLines {
    /// `dd!- 1717000000000000`, then a line for each note.
    package var text: String {
        var text = String(all.map(\.rawValue))
        if let retryAt { text += " \(retryAt.microseconds)" }
        for note in notes.prefix(Self.shownNotes) { text += "\n\(note.line) \(AnswerWords.cut(note.text, to: Self.longestNote))" }
        return text
    }

    /// Nil for what no version wrote.
    package init?(text: String) {
        var parts = text.split(separator: "\n", omittingEmptySubsequences: false)
        let head = parts.removeFirst().split(separator: " ", maxSplits: 1)
        guard let letters = head.first else { return nil }
        all = letters.compactMap { Line(rawValue: $0) }
        guard all.count == letters.count else { return nil }
        retryAt = head.count > 1 ? Int64(head[1]).map { Timestamp(microseconds: $0) } : nil
        for part in parts {
            let words = part.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let line = Int(words[0]), all.indices.contains(line) else { continue }
            notes.append(Note(line: line, text: String(words[1])))
        }
    }
}
