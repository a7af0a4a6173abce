import Mappings
import Rules
import Testing

/// What a destination's `answers:` recognise.
struct AnswerPatternTests {
    private static func outcome(
        _ patterns: [AnswerPattern], _ status: Int, _ body: String = "", headers: [String: String] = [:], damage: Reply.Damage? = nil
    ) -> AnswerRule.Verdict {
        let rule = AnswerRule(patterns: patterns)
        let reply = Reply(status: status, body: Array(body.utf8), headers: headers, damage: damage)
        return rule.verdict(on: reply, reading: rule.reading(of: reply))
    }

    private static let none = AnswerRule.Verdict.unconfirmed("it is none of the answers that are documented")

    @Test func `a text counts as whole words, whatever its case`() {
        let ok = [AnswerPattern(.delivered, texts: ["OK", "1"])]
        for body in ["OK", "ok.", "Status: Ok", "1", "(1)", "<html><body>OK</body></html>"] {
            #expect(Self.outcome(ok, 200, body) == .delivered)
        }
        for body in ["TOKEN", "10", "broken", ""] { #expect(Self.outcome(ok, 200, body) == Self.none, "\(body)") }
        #expect(Self.outcome([AnswerPattern(.delivered, texts: [""])], 200, " \n") == .delivered)
        #expect(Self.outcome([AnswerPattern(.delivered, texts: [""])], 200, "x") == Self.none)
        #expect(Self.outcome([AnswerPattern(.delivered, texts: ["принят"])], 200, "Постбек ПРИНЯТ!") == .delivered)
        #expect(Self.outcome([AnswerPattern(.delivered, texts: ["принят"])], 200, "непринято") == Self.none)
        // Chinese and Japanese do not separate words.
        #expect(Self.outcome([AnswerPattern(.rejected, texts: ["不存在"])], 200, "错误：点击不存在。") == .rejected)
        #expect(Self.outcome([AnswerPattern(.rejected, texts: ["クリック"])], 200, "このクリックは無効です") == .rejected)
    }

    @Test func `a member is found by its path, and compared as text`() {
        func has(_ path: [String], _ values: [String], _ body: String) -> Bool {
            Self.outcome([AnswerPattern(.delivered, members: [.init(path: path, values: values)])], 200, body) == .delivered
        }
        #expect(has(["status"], ["ok", "queued"], #"{"status":"queued"}"#))
        #expect(has(["data", "code"], ["0"], #"{"data":{"code":0}}"#))
        #expect(has(["done"], ["true"], #"{"done":true}"#))
        #expect(has(["id"], ["*"], #"{"id":{"a":1}}"#))
        #expect(has(["errors", "0", "code"], ["7"], #"{"errors":[{"code":7}]}"#))
        #expect(!has(["errors", "1", "code"], ["7"], #"{"errors":[{"code":7}]}"#))
        #expect(has(["error"], ["null"], #"{"id":7}"#))
        #expect(!has(["id"], ["*"], #"{"id":null}"#))
        #expect(!has(["id"], ["*"], "id"))
        #expect(!has(["status"], ["ok"], #"{"status":"OK?"}"#))
    }

    @Test func `a header is compared whatever its case`() {
        let queued = [AnswerPattern(.retry, headers: [.init(name: "x-queue", values: ["full", "busy"])])]
        #expect(Self.outcome(queued, 200, headers: ["x-queue": "Busy"]) == .retry)
        #expect(Self.outcome(queued, 200, headers: ["x-queue": "empty"]) == .delivered)
        #expect(Self.outcome([AnswerPattern(.delivered, headers: [.init(name: "x-id", values: ["*"])])], 200) == Self.none)
        #expect(AnswerRule(patterns: queued).headerNames == ["x-queue"])
    }

    @Test func `all that an answer names must fit`() {
        let pattern = [AnswerPattern(.rejected, statuses: [200...200, 400...499], texts: ["closed"])]
        #expect(Self.outcome(pattern, 200, "offer closed") == .rejected)
        #expect(Self.outcome(pattern, 404, "offer closed") == .rejected)
        #expect(Self.outcome(pattern, 201, "offer closed") == .delivered)
        #expect(Self.outcome(pattern, 200, "offer open") == .delivered)
    }

    @Test func `retry is asked first, then rejected, duplicate, and delivered`() {
        let all = [
            AnswerPattern(.delivered, statuses: [200...299]), AnswerPattern(.duplicate, texts: ["known"]),
            AnswerPattern(.rejected, texts: ["closed"]),
            AnswerPattern(.retry, texts: ["busy"]),
        ]
        #expect(Self.outcome(all, 200, "busy, closed, known") == .retry)
        #expect(Self.outcome(all, 200, "closed, known") == .rejected)
        #expect(Self.outcome(all, 200, "known") == .duplicate)
        #expect(Self.outcome(all, 200, "<html>error") == .delivered)
    }

    @Test(arguments: [408, 425, 429, 500, 503]) func `without a status, what means later stays that`(status: Int) {
        let patterns = [
            AnswerPattern(.rejected, texts: ["error"]), AnswerPattern(.delivered, texts: ["OK"]),
            AnswerPattern(.duplicate, texts: ["duplicate"]),
        ]
        #expect(Self.outcome(patterns, status, "error OK duplicate") == .retry)
        #expect(Self.outcome([AnswerPattern(.rejected, statuses: [status...status])], status, "error") == .rejected)
    }

    @Test func `delivered without a status is a 2xx`() {
        let ok = [AnswerPattern(.delivered, texts: ["OK"])]
        #expect(Self.outcome(ok, 404, "not OK") == .rejected)
        #expect(Self.outcome(ok, 201, "OK") == .delivered)
    }

    @Test func `who lists what is delivered gets nothing else delivered`() {
        let ok = [AnswerPattern(.delivered, texts: ["OK"])]
        #expect(Self.outcome(ok, 200, "") == Self.none)
        #expect(Self.outcome(ok, 409) == .duplicate)
        #expect(Self.outcome([AnswerPattern(.rejected, texts: ["closed"])], 200, "") == .delivered)
    }

    @Test func `a damaged answer can be named by what came of it`() {
        #expect(Self.outcome([AnswerPattern(.delivered, statuses: [200...200])], 200, damage: .cutShort) == .delivered)
        #expect(Self.outcome([AnswerPattern(.delivered, texts: ["OK"])], 200, "O", damage: .cutShort) != .delivered)
    }
}
