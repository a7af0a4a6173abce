import Mappings
import Rules
import Testing

@testable import Gateway

struct SentRequestTests {
    private func request(_ line: String, _ headers: [String] = [], _ body: String = "") -> SentRequest {
        SentRequest(line: line, recorded: (headers + ["", body]).joined(separator: "\n"))
    }

    @Test func `what was recorded is taken apart again`() {
        let bare = request("GET https://t.example/?a=1")
        #expect(bare.headers.isEmpty && bare.body == "")
        #expect(bare.lines == ["GET https://t.example/?a=1"])
        let whole = request("POST https://t.example/", ["Accept: */*", "X: y"], "{}\n\n{}")
        #expect(whole.headers == ["Accept: */*", "X: y"])
        #expect(whole.body == "{}\n\n{}")
        #expect(whole.lines == ["POST https://t.example/", "Accept: */*", "X: y", "", "{}", "", "{}"])
    }

    @Test func `equal requests have no difference`() {
        let one = request("POST https://t.example/?a=1", ["Accept: */*"], #"{"a":[1,{"b":null}]}"#)
        #expect(one.difference(from: one).isEmpty)
        #expect(request("POST https://t.example/?a=1", ["Accept: */*"], #"{"a": [1, {"b": null}]}"#).difference(from: one).isEmpty)
    }

    @Test func `a json body is compared member by member, down to how a number is written`() {
        let old = request("POST https://t.example/", [], #"{"amount":4990,"id":"o-1","items":[{"sku":"a"},{"sku":"b"}],"gone":{}}"#)
        let new = request("POST https://t.example/", [], #"{"amount":49.90,"id":"o-1","items":[{"sku":"a"},{"sku":"c"}],"new":null}"#)
        #expect(
            new.difference(from: old) == [
                "- body.amount: 4990", "+ body.amount: 49.90", #"- body.items[1].sku: "b""#, #"+ body.items[1].sku: "c""#,
                "- body.gone: {}",
                "+ body.new: null",
            ])
    }

    @Test func `method, address, query, headers and forms are compared apart`() {
        let form = "Content-Type: application/x-www-form-urlencoded"
        let old = request("GET https://t.example/pb?cid=a%20b&sum=1&x=1&x=2", [form, "X-Key: ***"], "a=1&b=2")
        let new = request("POST https://u.example/pb?cid=a%20b&sum=1.00&x=1", [form, "Accept: */*"], "a=1&b=3")
        #expect(
            new.difference(from: old) == [
                "- method: GET", "+ method: POST", "- url: https://t.example/pb", "+ url: https://u.example/pb", "- query sum: 1",
                "+ query sum: 1.00", "- query x: 1", "- query x: 2", "+ query x: 1", "- header X-Key: ***", "- body b: 2", "+ body b: 3",
                "+ header Accept: */*",
            ])
        let text = request("POST https://t.example/", [], "one\ntwo").difference(from: request("POST https://t.example/", [], "one"))
        #expect(text == ["- body: one", "+ body: one", "+ body: two"])
    }

    @Test func `credentials are masked before a long body is cut`() {
        var outbound = OutboundRequest(
            method: "POST", url: "https://t.example/?k=hush-hush", maskedURL: "https://t.example/?k=***",
            headers: [("Authorization", "Bearer x"), ("X-Other", "a hush-hush b")], body: Array(#"{"key":"hush-hush"}"#.utf8),
            secretHeaders: ["Authorization"], secretMembers: ["key"])
        let secrets = SecretFinder(["hush-hush"])
        #expect(outbound.recorded(masking: secrets) == "Authorization: ***\nX-Other: a *** b\n\n{\"key\":\"***\"}")
        outbound.headers = []
        outbound.body = Array((String(repeating: "x", count: OutboundRequest.recordedBytes - 5) + "hush-hush").utf8)
        let cut = outbound.recorded(masking: secrets)
        #expect(cut.hasSuffix("x***"))
        outbound.body += Array(repeating: 0x79, count: 100)
        #expect(outbound.recorded(masking: secrets).hasSuffix("x***y\n(cut: 16384 of 16483 bytes)"))
        #expect(outbound.recorded().utf8.count < OutboundRequest.recordedBytes + 40)
        let short = outbound.recorded(masking: SecretFinder(["abc"]))
        #expect(short == "\n(not kept: it holds a credential of fewer than 4 characters, too short to be found)")
    }
}
