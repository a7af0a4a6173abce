import Mappings
import Rules
import Testing

@testable import Gateway

struct DoctorOutsideTests {
    private func report(_ forwarded: [String], client: String, isTrusted: Bool = true) -> ProbeReport {
        var report = ProbeReport()
        report.peer = "10.0.0.7"
        report.client = client
        report.isTrusted = isTrusted
        report.headers = ["X-Forwarded-For": .array(forwarded.map { .string($0) })]
        return report
    }

    private func address(_ forwarded: [String], client: String, isTrusted: Bool = true) -> DoctorFinding {
        DoctorOutside.senderAddress(report(forwarded, client: client, isTrusted: isTrusted), claimed: "192.0.2.1")
    }

    @Test func `a proxy that appends or sets the sender's address is well`() {
        let seen = "the gateway sees this machine as 203.0.113.9, through the proxy at 10.0.0.7"
        for forwarded in [["192.0.2.1, 203.0.113.9"], ["192.0.2.1", "203.0.113.9"], ["203.0.113.9"]] {
            #expect(address(forwarded, client: "203.0.113.9") == DoctorFinding("sender's address", .ok, seen))
        }
        #expect(
            address(["192.0.2.1"], client: "10.0.0.7", isTrusted: false).sentence == "10.0.0.7, without a proxy that the gateway trusts")
    }

    @Test func `a proxy that passes an address on, sends none or is not trusted is a problem`() {
        #expect(
            address(["192.0.2.1"], client: "192.0.2.1").sentence.hasPrefix(
                "the proxy at 10.0.0.7 passes on the X-Forwarded-For of its client"))
        #expect(address([], client: "10.0.0.7").sentence.hasPrefix("the proxy at 10.0.0.7 sends no X-Forwarded-For"))
        let untrusted = address(["192.0.2.1, 203.0.113.9"], client: "10.0.0.7", isTrusted: false)
        #expect(untrusted.sentence.hasSuffix("all senders are one address; add it to 'trusted_proxies'"))
        #expect(
            [address(["192.0.2.1"], client: "192.0.2.1"), address([], client: "10.0.0.7"), untrusted].allSatisfy { $0.level == .problem })
    }

    @Test func `a certificate that ends soon is a warning`() {
        #expect(DoctorOutside.certificate(days: 60).level == .ok)
        #expect(
            DoctorOutside.certificate(days: 5)
                == DoctorFinding("tls", .warning, "the certificate is good for 5 days; senders fail when it ends, so renew it"))
    }

    @Test func `an answer is put together from its pieces`() throws {
        let chunked = Array(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n".utf8)
        for count in 0..<chunked.count - 4 { #expect(OutsideAnswer(Array(chunked.prefix(count)), isClosed: false) == nil) }
        let answer = try #require(OutsideAnswer(chunked, isClosed: false))
        #expect(answer.status == 200)
        #expect(answer.body == Array("abcde".utf8))
        let open = Array("HTTP/1.1 404 Not Found\r\nServer: x\r\n\r\nno".utf8)
        #expect(OutsideAnswer(open, isClosed: false) == nil)
        #expect(OutsideAnswer(open, isClosed: true)?.body == Array("no".utf8))
        #expect(OutsideAnswer(open, isClosed: true)?.header("server") == "x")
        #expect(OutsideAnswer(Array("not http".utf8), isClosed: true) == nil)
    }
}
