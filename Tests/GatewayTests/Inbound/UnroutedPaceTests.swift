import Mappings
import Rules
import Testing

@testable import Gateway

struct UnroutedPaceTests {
    @Test func `a hundred requests of one address are kept in a minute`() throws {
        let pace = UnroutedPace()
        func kept(from address: String, after wait: Duration) throws -> Int {
            let (time, uptime) = (Timestamp(seconds: 1_800_000_000).advanced(by: wait), Uptime(nanoseconds: 1) + wait)
            let address = try #require(IPAddress(address))
            return (0..<150).count { pace.keeps(.get("/nowhere", "n=\($0)"), from: address, at: time, uptime: uptime) }
        }
        #expect(try kept(from: "192.0.2.1", after: .zero) == 100)
        #expect(try kept(from: "192.0.2.1", after: .seconds(59)) == 0)
        #expect(try kept(from: "192.0.2.2", after: .seconds(59)) == 100)
        #expect(try kept(from: "192.0.2.1", after: .seconds(61)) == 100)
    }
}
