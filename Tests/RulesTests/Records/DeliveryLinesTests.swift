import Mappings
import Testing

@testable import Rules

struct DeliveryLinesTests {
    private let now = Timestamp(seconds: 1000)

    private func decision(_ state: DeliveryState, _ reason: String? = nil, isAsked: Bool = false) -> AttemptJudge.Decision {
        var decision = AttemptJudge.Decision(
            state: state, wait: state == .pending ? .seconds(5) : nil, reason: reason, outcome: .retry, ending: .success)
        decision.isAsked = isAsked
        return decision
    }

    private func take(
        _ lines: inout DeliveryLines, _ line: Int, _ state: DeliveryState, _ reason: String? = nil, isAsked: Bool = false, after: Int = 5
    ) -> DeliveryLines.Conclusion {
        lines.take(
            decision(state, reason, isAsked: isAsked), of: line, named: "line \(line + 1)",
            retryAt: state == .pending ? now.advanced(by: .seconds(after)) : nil, at: now)
    }

    private func pending(_ wait: Int = 0, _ reason: String? = nil, isCounted: Bool = false) -> DeliveryLines.Conclusion {
        .init(state: .pending, nextAttempt: now.advanced(by: .seconds(wait)), reason: reason, isCounted: isCounted)
    }

    @Test func `a delivery is delivered when all lines are, and that is one try`() {
        var lines = DeliveryLines(count: 3)
        #expect(lines.summary == "0 of 3 lines")
        for line in 0...1 {
            #expect(lines.next == line)
            let conclusion = take(&lines, line, line == 0 ? .delivered : .duplicate)
            #expect(conclusion == pending())
        }
        let last = take(&lines, 2, .delivered)
        #expect(last == .init(state: .delivered, isCounted: true))
        #expect(lines.summary == "3 of 3 lines")
        #expect(lines.next == nil)
    }

    @Test func `a line that fails waits for the others, and is then the only one that is tried`() {
        var lines = DeliveryLines(count: 3)
        _ = take(&lines, 0, .delivered)
        let failed = take(&lines, 1, .pending, "no answer")
        #expect(failed == pending(0, "line 2: no answer"))
        let third = take(&lines, 2, .pending, "busy", after: 3)
        // The later of both waits, and one try of the schedule for both.
        #expect(third == pending(5, "line 2: no answer; line 3: busy", isCounted: true))
        #expect(lines.summary == "1 of 3 lines")
        #expect(lines.next == 1)
        let again = take(&lines, 1, .delivered)
        #expect(again == pending(0, "line 3: busy"))
        #expect(lines.next == 2)
        let last = take(&lines, 2, .delivered)
        #expect(last == .init(state: .delivered, isCounted: true))
    }

    @Test func `a tracker that asks for a pause ends the round, and the next begins with who had no turn`() {
        var lines = DeliveryLines(count: 3)
        let asked = take(&lines, 0, .pending, "slow down", isAsked: true, after: 60)
        #expect(asked == pending(60, "line 1: slow down", isCounted: true))
        #expect(lines.next == 1)
        _ = take(&lines, 1, .delivered)
        let last = take(&lines, 2, .delivered)
        #expect(last == pending(0, "line 1: slow down", isCounted: true))
        #expect(lines.next == 0)
    }

    @Test(
        arguments: [
            ([.delivered, .rejected, .delivered], DeliveryState.rejected), ([.rejected, .dead, .skipped], .dead),
            ([.delivered, .unconfirmed, .skipped], .unconfirmed), ([.delivered, .skipped, .duplicate], .skipped),
            ([.duplicate, .duplicate, .duplicate], .duplicate), ([.duplicate, .delivered, .duplicate], .delivered),
        ] as [([DeliveryState], DeliveryState)])
    func `the delivery is what needs a look the most, and its lines are named`(states: [DeliveryState], whole: DeliveryState) {
        var lines = DeliveryLines(count: 3)
        var last: DeliveryLines.Conclusion?
        for (line, state) in states.enumerated() { last = take(&lines, line, state, "so") }
        #expect(last?.state == whole)
        let named = states.enumerated().filter { !$0.element.hasArrived }.map { "line \($0.offset + 1): so" }
        #expect(last?.reason == (named.isEmpty ? nil : named.joined(separator: "; ")))
    }

    @Test func `a reason names a few lines and counts the rest`() {
        var lines = DeliveryLines(count: 8)
        for line in 0..<8 { _ = take(&lines, line, .rejected, String(repeating: "x", count: 500)) }
        let text = lines.text
        #expect(text.split(separator: "\n").count == 6)
        #expect(text.count < 2000)
        var again = DeliveryLines(count: 8)
        var last: DeliveryLines.Conclusion?
        for line in 0..<8 { last = take(&again, line, .rejected, "no") }
        #expect(last?.reason?.hasSuffix("line 5: no; and 3 more lines") == true)
    }

    @Test func `what is stored is read back`() throws {
        var lines = DeliveryLines(count: 4)
        _ = take(&lines, 0, .delivered)
        _ = take(&lines, 1, .pending, "a\nb ; c")
        _ = take(&lines, 2, .unconfirmed)
        #expect(lines.text == "d!n- 1005000000\n1 line 2: a b ; c")
        #expect(DeliveryLines(text: lines.text) == lines)
        #expect(DeliveryLines(text: "d!") != nil)
        for broken in ["", "d?", " 7"] { #expect(DeliveryLines(text: broken) == nil) }
    }

    @Test func `a replay sends what has not arrived`() throws {
        func again(_ text: String) -> String? { DeliveryLines(text: text)?.reopened()?.text }
        #expect(again("drx-s\n1 line 2: no\n2 line 3: late") == "d----")
        // The tracker may have it, and nobody asked for that alone.
        #expect(again("dnr") == "dn-")
        #expect(again("dnu") == "d-u")
        #expect(again("ddu") == nil)
    }

    @Test func `what has arrived stays so, whoever finds out more`() throws {
        let known = try #require(DeliveryLines(text: "dd-"))
        let late = try #require(DeliveryLines(text: "d!d"))
        #expect(known.joined(by: late).text == "ddd")
    }

    @Test func `a delivery whose lines have arrived is not begun in another way`() throws {
        let request = OutboundRequest(method: "GET", url: "", maskedURL: "", headers: [], body: [])
        let some = try #require(DeliveryLines(text: "d-"))
        guard case .skip(let reason) = NextStep.send(request, expiresAt: nil).after(some) else {
            Issue.record("it would be sent")
            return
        }
        #expect(reason == "1 of 2 lines have arrived one by one, and the mapping writes other requests now, which would double them")
        guard case .send = NextStep.send(request, expiresAt: nil).after(DeliveryLines(count: 2)) else {
            Issue.record("it would not be sent")
            return
        }
    }
}
