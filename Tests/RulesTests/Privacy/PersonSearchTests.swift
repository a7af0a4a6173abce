import Mappings
import Rules
import Testing

struct PersonSearchTests {
    private let mail = "ann@example.com"
    private let sale = ConversionID(high: 1, low: 1)
    private let refund = ConversionID(high: 1, low: 2)
    private let others = ConversionID(high: 1, low: 3)

    private func search() throws -> PersonSearch { PersonSearch(try #require(Person(email: mail))) }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
    private func request(_ body: String) -> [UInt8] {
        StoredRequest(method: "POST", target: "/", headers: [], body: bytes(body), peer: "").encoded
    }

    /// A search that found the sale, whose refund names nobody.
    private func found() throws -> PersonSearch {
        var search = try search()
        search.look(atMessageOf: sale, document: bytes(#"{"customer":{"email":"\#(mail)"}}"#), request: [])
        search.look(atMessageOf: sale, document: bytes("{}"), request: [])
        search.look(atMessageOf: others, document: bytes("{}"), request: request("{}"))
        #expect(search.roots == [sale])
        search.take(sale, hasRequest: true)
        search.take(refund, hasRequest: false)
        return search
    }

    @Test func `a whole history is found with one of its messages`() throws {
        let traces = try found().found
        #expect(traces.conversions == [sale, refund])
        #expect(traces.requests == 1)
        var byRequest = try search()
        byRequest.look(atMessageOf: others, document: bytes("{}"), request: request("mail=\(mail)"))
        #expect(byRequest.roots == [others])
    }

    @Test func `all repeats and attempts of a person's conversions go, and of others those that name the person`() throws {
        var search = try found()
        for id in [refund, others] { search.look(at: RepeatKey(conversion: id, number: 1), document: bytes("{}"), request: nil) }
        search.look(at: RepeatKey(conversion: others, number: 2), document: nil, request: request(mail))
        #expect(search.found.repeats == [RepeatKey(conversion: refund, number: 1), RepeatKey(conversion: others, number: 2)])

        func key(_ id: ConversionID, _ number: Int64) -> AttemptKey {
            AttemptKey(delivery: DeliveryID(conversion: id, destination: "main"), number: number)
        }
        let line = "GET https://t.example/postback?mail=\(mail)"
        search.look(at: key(sale, 1), line: bytes("GET https://t.example/"), request: [], reply: [])
        search.look(at: key(others, 1), line: bytes(line), request: [], reply: [])
        search.look(at: key(others, 2), line: [], request: bytes(mail), reply: [])
        search.look(at: key(others, 3), line: [], request: [], reply: bytes(mail))
        search.look(at: key(others, 4), line: [], request: [], reply: bytes("ok"))
        #expect(search.found.attempts.map(\.key) == [key(sale, 1), key(others, 1), key(others, 2), key(others, 3)])
        #expect(search.found.attempts[1].line == "GET https://t.example/(removed)")
    }

    @Test func `a delivery's reason and remote id are masked, and what is owed is counted`() throws {
        var search = try found()
        let owed = DeliveryID(conversion: sale, destination: "main")
        let named = DeliveryID(conversion: others, destination: "main")
        search.look(at: owed, state: .pending, reason: nil, remoteID: nil)
        search.look(at: named, state: .pending, reason: "unknown customer \(mail)", remoteID: "r-1")
        search.look(at: DeliveryID(conversion: others, destination: "x"), state: .dead, reason: "gone", remoteID: nil)
        #expect(search.found.pending == [owed])
        #expect(search.found.deliveries.map(\.id) == [named])
        #expect(search.found.deliveries[0].reason == "unknown customer ***")
        #expect(search.found.deliveries[0].remoteID == "r-1")
    }

    @Test func `waiting corrections are rewritten and refused requests go`() throws {
        var search = try search()
        search.look(atWaiting: 1, orderID: nil, document: bytes(#"{"reason":"\#(mail)"}"#), request: [])
        search.look(atWaiting: 2, orderID: "o-2", document: bytes("{}"), request: request("{}"))
        search.look(atRefused: 1, reason: bytes("'\(mail)' is no number"), request: [])
        search.look(atRefused: 2, reason: bytes("bad"), request: request(mail))
        search.look(atRefused: 3, reason: bytes("bad"), request: request("{}"))
        #expect(search.found.waiting.map(\.number) == [1])
        #expect(!search.person.isIn(search.found.waiting[0].document))
        #expect(search.found.refused == [1, 2])
        #expect(search.found.report == ForgetReport(waiting: 1, refused: 2))
    }

    @Test func `a waiting refund stays owed, without the person in its order id and its reason`() throws {
        var search = try search()
        let refund = #"{"refund":"10","currency":"EUR","reason":"asked for by \#(mail)"}"#
        search.look(atWaiting: 1, orderID: "o-1", document: bytes(refund), request: [])
        search.look(atWaiting: 2, orderID: "\(mail)-2", document: bytes(#"{"refund":"10"}"#), request: [])
        #expect(search.found.waiting.map(\.orderID) == ["o-1", "***-2"])
        #expect(
            search.found.waiting.map { String(decoding: $0.document, as: UTF8.self) } == [
                #"{"refund":"10","currency":"EUR","reason":"asked for by ***"}"#, #"{"refund":"10"}"#,
            ])
    }

    @Test func `notes and the reasons of destinations are masked`() throws {
        var search = try search()
        search.look(at: RepeatKey(conversion: others, number: 0), document: nil, request: nil, note: "impossible: '\(mail)'")
        search.look(at: RepeatKey(conversion: others, number: 1), document: nil, request: nil, note: "late")
        search.look(at: PersonTraces.Reason(destination: "main", node: nil, text: "asked for by \(mail)"))
        search.look(at: PersonTraces.Reason(destination: "main", node: "n", text: "503"))
        #expect(search.found.notes.map(\.note) == ["impossible: '***'"] && search.found.repeats.isEmpty)
        #expect(search.found.reasons.map(\.text) == ["asked for by ***"])
        #expect(search.found.report == ForgetReport(notes: 2))
    }

    @Test func `identifiers are rewritten only if the person is in one`() throws {
        let person = try #require(Person(email: mail))
        #expect(person.rewritten(document: bytes("{}"), missed: nil, orderID: "o-1", clickID: nil).identifiers == nil)
        let kept = try #require(person.rewritten(document: bytes("{}"), missed: nil, orderID: "o-1", clickID: mail).identifiers)
        #expect(kept.orderID == "o-1" && kept.clickID?.contains(mail) == false)
    }
}
