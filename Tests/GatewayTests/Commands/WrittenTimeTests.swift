import Mappings
import Testing

@testable import Gateway

/// Times as people write them, read in zones whose clocks change.
struct WrittenTimeTests {
    private static func zone(_ name: String) throws -> Zone { try #require(Zone(name: name)) }
    private static func at(_ text: String) throws -> Timestamp { try #require(Timestamp(iso8601: text)) }

    /// What a text means at 10:30 on 27 November 2026 in Berlin, as `first` or `first to end`.
    private static func berlin(_ text: String) throws -> String? {
        let now = try at("2026-11-27T09:30:00Z")
        guard let time = WrittenTime(text, now: now, zone: try zone("Europe/Berlin")) else { return nil }
        return time.first == time.end ? "\(time.first)" : "\(time.first) to \(time.end)"
    }

    @Test(arguments: [
        ("today", "2026-11-26T23:00:00Z to 2026-11-27T23:00:00Z"),
        ("Yesterday", "2026-11-25T23:00:00Z to 2026-11-26T23:00:00Z"),
        ("27.11.2026", "2026-11-26T23:00:00Z to 2026-11-27T23:00:00Z"),
        ("1.2.2026", "2026-01-31T23:00:00Z to 2026-02-01T23:00:00Z"),
        ("2026-11-27", "2026-11-26T23:00:00Z to 2026-11-27T23:00:00Z"),
        ("now", "2026-11-27T09:30:00Z"),
        ("14:00", "2026-11-27T13:00:00Z"),
        ("9:05:30", "2026-11-27T08:05:30Z"),
        ("yesterday 14:00", "2026-11-26T13:00:00Z"),
        ("27.11.2026 14:00", "2026-11-27T13:00:00Z"),
        ("2026-11-27 14:00", "2026-11-27T13:00:00Z"),
        ("2026-11-27T14:00:00.250", "2026-11-27T13:00:00.250Z"),
        ("2026-07-27 14:00", "2026-07-27T12:00:00Z"),
        ("2026-11-27T14:00:00Z", "2026-11-27T14:00:00Z"),
        ("2026-11-27T14:00:00-05:00", "2026-11-27T19:00:00Z"),
        ("2 days ago", "2026-11-25T09:30:00Z"),
        ("90 minutes ago", "2026-11-27T08:00:00Z"),
        ("1 hour ago", "2026-11-27T08:30:00Z"),
        (" 24h ago ", "2026-11-26T09:30:00Z"),
        ("1h", "2026-11-27T08:30:00Z"),
        ("30d", "2026-10-28T09:30:00Z"),
        ("1 week ago", "2026-11-20T09:30:00Z"),
    ]) func `a time is read as people write it`(text: String, means: String) throws {
        #expect(try Self.berlin(text) == means)
    }

    @Test(arguments: [
        "", "soon", "11/27/2026", "27.11.26", "31.02.2026", "2026-13-01", "25:00", "14:61", "2 months ago", "-1h", "ago", "today ago",
        "today tomorrow", "27.11.2026 noon", "999999999w", "99999999999 days ago", "2026-11-27 14:00 Berlin", "1.2", "..2026",
    ]) func `what is no time is refused`(text: String) throws {
        #expect(try Self.berlin(text) == nil)
    }

    /// Clocks go forward at 02:00 on 29 March, and back at 03:00 on 25 October.
    @Test func `a day has 23 or 25 hours where clocks change`() throws {
        #expect(try Self.berlin("29.03.2026") == "2026-03-28T23:00:00Z to 2026-03-29T22:00:00Z")
        #expect(try Self.berlin("25.10.2026") == "2026-10-24T22:00:00Z to 2026-10-25T23:00:00Z")
    }

    @Test func `a skipped time is the moment of the change, and a time that comes twice is both`() throws {
        #expect(try Self.berlin("2026-03-29 02:30") == "2026-03-29T01:00:00Z")
        #expect(try Self.berlin("2026-03-29 03:00") == "2026-03-29T01:00:00Z")
        #expect(try Self.berlin("2026-10-25 02:30") == "2026-10-25T00:30:00Z to 2026-10-25T01:30:00Z")
        #expect(try Self.berlin("2026-10-25 03:00") == "2026-10-25T02:00:00Z")
    }

    @Test func `an age counts hours, whatever clocks did meanwhile`() throws {
        let now = try Self.at("2026-10-25T09:00:00Z")
        let time = try #require(WrittenTime("1 day ago", now: now, zone: try Self.zone("Europe/Berlin")))
        #expect(time.first.description == "2026-10-24T09:00:00Z")
    }

    /// In 2018 clocks in São Paulo went from 00:00 to 01:00 on 4 November, and from 00:00 back to 23:00 at the end of 17 February.
    @Test func `a day without a midnight begins when the clocks change`() throws {
        let zone = try Self.zone("America/Sao_Paulo")
        let now = try Self.at("2018-11-04T15:00:00Z")
        let short = try #require(WrittenTime("today", now: now, zone: zone))
        #expect("\(short.first) to \(short.end)" == "2018-11-04T03:00:00Z to 2018-11-05T02:00:00Z")
        let long = try #require(WrittenTime("17.02.2018", now: now, zone: zone))
        #expect("\(long.first) to \(long.end)" == "2018-02-17T02:00:00Z to 2018-02-18T03:00:00Z")
        let twice = try #require(WrittenTime("2018-02-17 23:30", now: now, zone: zone))
        #expect("\(twice.first) to \(twice.end)" == "2018-02-18T01:30:00Z to 2018-02-18T02:30:00Z")
    }

    @Test func `today is the day of the zone, not of UTC`() throws {
        let zone = try Self.zone("Asia/Kolkata")
        let now = try Self.at("2026-11-27T19:00:00Z")
        let today = try #require(WrittenTime("today", now: now, zone: zone))
        #expect("\(today.first) to \(today.end)" == "2026-11-27T18:30:00Z to 2026-11-28T18:30:00Z")
        #expect(try #require(WrittenTime("0:30", now: now, zone: zone)).first == now)
    }

    @Test func `a time is shown with the offset of its own moment, and can be read again`() throws {
        let berlin = try Self.zone("Europe/Berlin")
        for (utc, shown) in [
            ("2026-11-27T14:00:00.123Z", "2026-11-27T15:00:00.123+01:00"), ("2026-07-01T22:30:00Z", "2026-07-02T00:30:00+02:00"),
            ("2026-10-25T00:30:00Z", "2026-10-25T02:30:00+02:00"), ("2026-10-25T01:30:00Z", "2026-10-25T02:30:00+01:00"),
        ] {
            #expect(berlin.text(try Self.at(utc)) == shown)
            #expect(try Self.berlin(shown) == utc)
        }
        #expect(try Self.zone("Asia/Kolkata").text(try Self.at("2026-11-27T00:00:00Z")) == "2026-11-27T05:30:00+05:30")
        #expect(try Self.zone("America/Sao_Paulo").text(try Self.at("2026-11-27T00:00:00Z")) == "2026-11-26T21:00:00-03:00")
        #expect(Zone.utc.text(try Self.at("2026-11-27T00:00:00Z")) == "2026-11-27T00:00:00Z")
        #expect(Zone(name: "Europe/Berlni") == nil)
    }
}
