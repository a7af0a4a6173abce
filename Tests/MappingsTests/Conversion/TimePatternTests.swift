import FuzzProperties
import Testing

@testable import Mappings

struct TimePatternTests {
    @Test(arguments: [
        "yyyy-MM-dd HH:mm:ss.SSSSSS", "yyyyMMddHHmmssSSSSSS", "d MMM yyyy hh:mm:ss.SSSSSS a", "dd/MM/yyyy'um'H:mm:ss,SSSSSSxxx",
        "M-d-yyyy h:mm:ss.SSSSSSaXX",
    ])
    func `what was written is read as the same moment, at every offset`(source: String) throws {
        let pattern = try TimePattern.compile(source)
        #expect(pattern.isReadable)
        var random = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            let time = Timestamp(microseconds: Int64.random(in: -60_000_000_000_000_000...250_000_000_000_000_000, using: &random))
            let zone = ZoneOffset(minutes: Int64.random(in: -840...840, using: &random))
            #expect(pattern.time(in: pattern.text(of: time, at: zone), at: zone) == time)
        }
    }

    @Test(arguments: [
        ("yyyy-MM-dd", "2024-02-29", "+00:00", "2024-02-29T00:00:00Z"), ("yyyy-MM-dd", "2023-02-29", "+00:00", ""),
        ("yyyy-MM-dd HH:mm", "2024-05-29 16:26", "+03:00", "2024-05-29T13:26:00Z"), ("dd.MM.yy", "29.05.24", "Z", "2024-05-29T00:00:00Z"),
        ("yyyy-MM-dd HH:mm:ssxxx", "2024-05-29 16:26:40-07:00", "+03:00", "2024-05-29T23:26:40Z"),
        ("yyyy-MM-dd HH:mm:ssXX", "2024-05-29 16:26:40Z", "+03:00", "2024-05-29T16:26:40Z"),
        ("d/M/yyyy h a", "1/2/2024 12 am", "Z", "2024-02-01T00:00:00Z"),
        ("d/M/yyyy h a", "1/2/2024 12 PM", "Z", "2024-02-01T12:00:00Z"), ("d/M/yyyy h a", "1/2/2024 13 PM", "Z", ""),
        ("dd MMM yyyy", "01 feb 2024", "Z", "2024-02-01T00:00:00Z"), ("yyyy-MM-dd", "2024-05-29 ", "Z", ""),
        ("yyyy-MM-dd", "24-05-29", "Z", ""),
        ("yyyy-MM-dd HH:mm:ss", "2024-05-29 23:59:60", "Z", "2024-05-29T23:59:59Z"), ("yyyy-MM-dd HH:mm", "2024-05-29 24:00", "Z", ""),
        ("yyyy-MM-ddTHH:mm", "2024-05-29T10:00", "Z", "2024-05-29T10:00:00Z"),
    ])
    func `a text is read by its pattern, or not at all`(source: String, text: String, zone: String, time: String) throws {
        let read = try TimePattern.compile(source).time(in: text, at: ZoneOffset.parse(zone))
        #expect(read?.description ?? "" == time)
    }

    @Test func `a pattern without a whole day is no moment`() throws {
        for source in ["HH:mm", "yyyy-MM", "dd MMM", "MM/dd"] { #expect(try !TimePattern.compile(source).isReadable) }
    }
}
