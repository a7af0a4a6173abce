import Mappings
import Testing

@testable import Gateway

struct DoctorTests {
    private let now = StoreSamples.start

    private func store(_ change: (inout StoreInspection) -> Void = { _ in }) -> StoreInspection {
        var found = StoreInspection(schema: 4, conversions: 1000, lastDay: 100, newest: now, usedBytes: 2_000_000)
        change(&found)
        return found
    }

    @Test func `a damaged store and sums that do not agree are problems`() {
        #expect(DoctorStore.health(store()).map(\.level) == [.ok, .ok])
        #expect(DoctorStore.health(store())[0].sentence == "sound, schema 4, 1000 conversions, 2.0 MB in use")
        let damaged = DoctorStore.health(store { $0.damage = ["row 3 missing from index conversion_order"] })
        #expect(damaged.map(\.level) == [.problem])
        #expect(damaged[0].sentence.hasPrefix("the file is damaged (row 3 missing from index conversion_order); stop the service"))
        let wrong = DoctorStore.health(store { $0.disagreements = ["main: 3 deliveries are dead, but 2 are counted"] })
        #expect(
            wrong[1]
                == DoctorFinding("sums", .problem, "main: 3 deliveries are dead, but 2 are counted; report this, with what happened before")
        )
    }

    @Test func `the disk is judged by what a day takes`() {
        #expect(DoctorStore.disk(store(), free: 50_000_000_000, path: "g.db").level == .ok)
        let tight = DoctorStore.disk(store { $0.usedBytes = 200_000_000_000 }, free: 200_000_000_000, path: "g.db")
        #expect(tight.level == .warning)
        #expect(
            tight.sentence
                == "200.0 GB free, and a day like the last takes 20.0 GB, enough for 10 days; make room, or let old requests go by retention"
        )
        #expect(DoctorStore.disk(store { $0.usedBytes = 200_000_000_000 }, free: 30_000_000_000, path: "g.db").level == .problem)
        #expect(DoctorStore.disk(store { $0.conversions = 0 }, free: 99_000_000, path: "g.db").level == .problem)
    }

    @Test func `a clock before the newest conversion is a problem`() {
        #expect(DoctorStore.clock(newest: now, now: now, isSynchronized: nil).level == .ok)
        #expect(DoctorStore.clock(newest: nil, now: now, isSynchronized: false).level == .warning)
        let behind = DoctorStore.clock(newest: now, now: now.advanced(by: .seconds(-3600)), isSynchronized: true)
        #expect(behind.level == .problem)
        #expect(behind.sentence.contains(", 1h before the newest conversion; set it"))
    }

    @Test func `a backlog is told with its oldest`() {
        #expect(DoctorStore.backlog(store(), now: now).map(\.sentence) == ["nothing is pending"])
        let found = store { $0.pending = [("main", 3, now), ("old", 1, now.advanced(by: .seconds(-7200)))] }
        let findings = DoctorStore.backlog(found, now: now.advanced(by: .seconds(60)))
        #expect(findings.map(\.level) == [.ok, .warning])
        #expect(findings[0].sentence == "3 pending to 'main', the oldest for 1m")
        #expect(
            findings[1].sentence == "1 pending to 'old', the oldest for 2h 1m; see `gateway deliveries --state pending --destination old`")
    }

    @Test func `a certificate that ends soon is spoken of`() {
        #expect(DoctorDestinations.judge("x", "t.example:443 is reached at 192.0.2.1", days: 90).level == .ok)
        let soon = DoctorDestinations.judge("x", "t.example:443 is reached at 192.0.2.1", days: 3)
        #expect(soon.level == .warning)
        #expect(
            soon.sentence
                == "t.example:443 is reached at 192.0.2.1, its certificate is good for 3 days; deliveries fail when it ends, so ask the tracker to renew it"
        )
    }
}
