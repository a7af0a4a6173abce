import Mappings
import Rules
import Testing

@testable import Gateway

struct RefVenueIntakeTests {
    private let path = "/v1/track-conversion"
    private let purchase =
        #"{"program_id":"p","ref_code":"JOHN","customer_email":"c@example.com","publishable_key":"pk_live_1","conversion_type":"purchase","revenue_amount":99.99}"#

    private func bench() throws -> IntakeBench { IntakeBench([try .sample("one", "refvenue", ["publishable_key": "pk_live_1"])]) }

    @Test func `a purchase is answered as documented, its repeat is a 409 for a day`() async throws {
        let bench = try bench()
        #expect(
            await bench.send(.post(path, purchase))
                == Answer(
                    200,
                    #"{"success":true,"conversion_id":"\#(bench.id(1))","commission":0,"status":"pending","message":"Conversion tracked successfully"}"#
                ))
        let duplicate = Answer(
            409, #"{"error":"Duplicate conversion detected","message":"This email has already been tracked for this program"}"#)
        bench.time.pass(.seconds(86_399))
        #expect(await bench.send(.post(path, purchase)) == duplicate)
        bench.time.pass(.seconds(1))
        #expect(await bench.send(.post(path, purchase)).status == 200)
        #expect(bench.store.refused.isEmpty)
    }

    @Test func `a coupon without an email is always new`() async throws {
        let bench = try bench()
        let coupon = purchase.replacing(#""ref_code":"JOHN","customer_email":"c@example.com""#, with: #""coupon_code":"SAVE20""#)
        for _ in 0..<2 { #expect(await bench.send(.post(path, coupon)).status == 200) }
        #expect(bench.store.submissions.count == 2)
    }

    @Test func `the key in the body is judged, and never kept`() async throws {
        let bench = try bench()
        let invalid = Answer(401, #"{"error":"Invalid Publishable key"}"#)
        #expect(await bench.send(.post(path, purchase.replacing("pk_live_1", with: "pk_live_2"))) == invalid)
        #expect(await bench.send(.post(path, purchase.replacing(#""pk_live_1""#, with: #""""#))) == invalid)
        #expect(await bench.send(.post(path, purchase.replacing(#""pk_live_1""#, with: "[1]"))) == invalid)
        #expect(await bench.send(.post(path, "{}")) == invalid)
        #expect(await bench.send(.post(path, purchase.replacing(#""p""#, with: #""""#))).status == 400)
        #expect(await bench.send(.post(path, purchase.dropLast() + #","x":"pk_live_1"#)).status == 400)
        let kept = bench.store.refused.map { String(decoding: $0.request.body, as: UTF8.self) }
        let masked = purchase.replacing("pk_live_1", with: "***")
        #expect(
            kept == [
                masked, masked, masked, "{}", masked.replacing(#""p""#, with: #""""#), masked.dropLast() + #","x":"***"#,
            ])
        #expect(bench.store.refused.map(\.source) == [nil, nil, nil, nil, "one", nil])
    }

    @Test func `documented errors are answered as documented`() async throws {
        let bench = try bench()
        #expect(
            await bench.send(.post(path, purchase.replacing("c@example.com", with: "nobody")))
                == Answer(400, #"{"error":"Invalid email address","message":"Email format validation failed"}"#))
        #expect(
            await bench.send(.post(path, purchase.replacing(#""ref_code":"JOHN","#, with: "")))
                == Answer(
                    400,
                    #"{"error":"Missing required fields","message":"Need program_id, conversion_type, and either ref_code or coupon_code"}"#
                ))
    }
}
