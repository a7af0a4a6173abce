import Testing

@testable import Mappings

struct TimestampTests {
    @Test(arguments: [
        ("2026-11-20", "2026-11-20T00:00:00Z"), ("2026-11-20T09:30", "2026-11-20T09:30:00Z"),
        ("2026-11-20 09:30:00.25", "2026-11-20T09:30:00.250Z"),
        ("2026-11-20T09:30:00Z", "2026-11-20T09:30:00Z"), ("2026-11-20t09:30:00z", "2026-11-20T09:30:00Z"),
        ("2026-11-20T09:30:00,5+00:00", "2026-11-20T09:30:00.500Z"),
        ("2026-11-20T09:30:00+02", "2026-11-20T07:30:00Z"), ("2026-11-20T09:30:00+0230", "2026-11-20T07:00:00Z"),
        ("2026-11-20T09:30:00-05:45", "2026-11-20T15:15:00Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"), ("2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"),
        ("2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z"),
        ("2000-02-29", "2000-02-29T00:00:00Z"), ("2024-12-31T23:59:60Z", "2024-12-31T23:59:59Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ("1900-03-01", "1900-03-01T00:00:00Z"), ("0001-01-01", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
        ("2026-11-20T09:30:00.123456789Z", "2026-11-20T09:30:00.123Z"), ("2026-11-20T09:30:00.0004Z", "2026-11-20T09:30:00Z"),
        ("0000-03-01", "0000-03-01T00:00:00Z"),
    ])
    func `an ISO 8601 time is read into UTC`(text: String, time: String) throws {
        let timestamp = try #require(Timestamp(iso8601: text))
        #expect(timestamp.description == time)
        #expect(Timestamp(iso8601: time)?.milliseconds == timestamp.milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-11", "2026-1-20", "2026-13-01", "2026-00-01", "2026-11-31", "2026-11-00", "2023-02-29", "1900-02-29",
        "2100-02-29", "2026-11-20T", "2026-11-20T9:30",
        "2026-11-20T24:00:00Z", "2026-11-20T09:60:00Z", "2026-11-20T09:30:61Z", "2026-11-20T09:30:00.Z", "2026-11-20T09:30:00+24:00",
        "2026-11-20T09:30:00+2",
        "2026-11-20T09:30:00+02:60", "2026-11-20T09:30:00Zx", "2026-11-20T09:30:00 Z", " 2026-11-20", "20/11/2026", "20261120",
        "1717000000", "-2026-11-20", "２０２６-11-20",
        "2026-11-20T09Z", "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+00:01",
    ])
    func `anything else is none`(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func `every day of 800 years comes back`() throws {
        var previous = try #require(Timestamp(iso8601: "1599-12-31"))
        for _ in 0..<292_194 {
            let next = Timestamp(microseconds: previous.microseconds + 86_400_000_000)
            guard Timestamp(iso8601: String(next.description.prefix(10))) == next else {
                Issue.record("\(next) does not come back")
                return
            }
            previous = next
        }
        #expect(previous.description == "2399-12-31T00:00:00Z")
    }

    @Test func `seconds and milliseconds are rounded down before 1970 too`() {
        #expect(Timestamp(microseconds: -1).seconds == -1)
        #expect(Timestamp(microseconds: -1).milliseconds == -1)
        #expect(Timestamp(microseconds: 1_999_999).seconds == 1)
        #expect(Timestamp(seconds: 5).advanced(by: .milliseconds(1500)) == Timestamp(microseconds: 6_500_000))
        #expect(Timestamp(seconds: 5).duration(to: Timestamp(seconds: 8)) == .seconds(3))
        #expect(Timestamp(seconds: 1_763_600_000).day == "2025-11-20")
    }
}
