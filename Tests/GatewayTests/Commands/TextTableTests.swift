import Mappings
import Testing

@testable import Gateway

struct TextTableTests {
    private static let columns = TextTable.Columns(
        names: ["id", "order", "click", "reason"], leaving: ["click", "order"], cut: ["reason": 8])

    private static func table(_ rows: [[String]]) -> TextTable {
        var table = TextTable(columns)
        for row in rows { table.add(row.enumerated().map { TextTable.Cell($1, isID: $0 == 0) }) }
        return table
    }

    private static let ids = ["01M7Y0BZ06RXX7H5D73QB811W4", "01M7Y0BZ06RXA7H5D73QB811W4"]

    @Test func `a table that fits is shown in full`() {
        let table = Self.table([[Self.ids[0], "4711", "c", "none"]])
        let full = ["id                          order  click  reason", "01M7Y0BZ06RXX7H5D73QB811W4  4711   c      none"]
        #expect(table.lines == full)
        #expect(table.fitting(48).lines == full)
        #expect(table.fitting(47).lines == ["id            order  click  reason", "01M7Y0BZ06RX  4711   c      none"])
    }

    @Test func `a long text has its brief form only if it is still too wide without`() {
        var table = TextTable(Self.columns)
        table.add([.init(Self.ids[0], isID: true), .init("1"), .init(""), .init("main delivered, other pending", brief: "1 pending")])
        #expect(table.fitting(60).lines[1] == "01M7Y0BZ06RX  1             main delivered, other pending")
        #expect(table.fitting(50).lines[1] == "01M7Y0BZ06RX  1             1 pending")
    }

    @Test func `ids are as long as tells them apart`() {
        #expect(TextTable.idLength([]) == 12)
        #expect(TextTable.idLength([Self.ids[0], Self.ids[0]]) == 12)
        #expect(TextTable.idLength(Self.ids) == 13)
        #expect(TextTable.idLength(["7", "8"]) == 12)
    }

    @Test func `what says nothing leaves first, then the least important, then the longest is cut`() {
        let row = [Self.ids[0], "4711", "click-1234", "connection refused by the tracker"]
        let table = Self.table([row])
        let whole = table.fitting(60)
        #expect(whole.lines[1] == "01M7Y0BZ06RX  4711   click-1234  connection refused by the …")
        #expect(whole.lines[1].places == 60)
        #expect(whole.leftOut == [])
        let narrow = table.fitting(40)
        #expect(narrow.lines[1] == "01M7Y0BZ06RX  4711   connection refused…")
        #expect(narrow.leftOut == ["click"])
        #expect(table.fitting(25).lines[1] == "01M7Y0BZ06RX  connection…")
        #expect(table.fitting(25).leftOut == ["click", "order"])
        // Nothing is left that may go.
        #expect(table.fitting(5).lines[1] == "01M7Y0BZ06RX  connect…")

        let empty = Self.table([[Self.ids[0], "", "click-1234", "connection refused by the tracker"]]).fitting(45)
        #expect(empty.lines[0] == "id            click       reason")
        #expect(empty.lines[1] == "01M7Y0BZ06RX  click-1234  connection refused…")
        #expect(empty.leftOut == [])
    }

    @Test func `chosen columns keep their order, and none leaves`() {
        let table = Self.table([[Self.ids[0], "4711", "click-1234", "connection refused"]])
        #expect(table.fitting(nil, only: ["reason", "order"]).lines == ["reason              order", "connection refused  4711"])
        let narrow = table.fitting(20, only: ["click", "reason"])
        #expect(narrow.lines == ["click       reason", "click-1234  connect…"])
        #expect(narrow.leftOut == [])
    }

    @Test func `a sentence is broken between its words, and a long word stays whole`() {
        #expect("a short one".folded(to: 20) == ["a short one"])
        #expect("  one two three four".folded(to: 10) == ["  one two", "    three", "    four"])
        #expect("see https://t.example/a/very/long/path now".folded(to: 12) == ["see", "  https://t.example/a/very/long/path", "  now"])
        #expect("注文 番号 です".folded(to: 9) == ["注文 番号", "  です"])
        #expect("".folded(to: 5) == [""])
    }

    @Test func `what has nothing left to leave is cut, but no id`() {
        var table = TextTable(.init(names: ["id", "day", "amount"]))
        table.add([.init(Self.ids[0], isID: true), .init("the day after the storm"), .init("EUR 1234567890.12")])
        #expect(table.fitting(40).lines[1] == "01M7Y0BZ06RX  the day aft…  EUR 1234567…")
        #expect(table.fitting(10).lines[1] == "01M7Y0BZ06RX  the day…  EUR 123…")
    }

    @Test func `wide characters, marks and written out ones have their places`() {
        #expect("注文".places == 4)
        #expect("e\u{301}".places == 1)
        #expect("São".places == 3)
        #expect("😀!".places == 3)
        #expect("ｱｲ".places == 2)
        #expect("注文番号".cut(to: 6) == "注文…")
        #expect("注文番号".cut(to: 8) == "注文番号")
        #expect("e\u{301}e\u{301}e\u{301}".cut(to: 2) == "e\u{301}…")
        let table = Self.table([["1", "注文番号", "a\u{202E}b", "x"], ["2", "São Paulo", "\n", "y"]])
        #expect(
            table.lines == [
                #"id  order      click     reason"#, #"1   注文番号   a\u202eb  x"#, #"2   São Paulo  \n        y"#,
            ])
    }

    @Test func `a time leaves out what goes without saying today`() throws {
        let berlin = try #require(Zone(name: "Europe/Berlin"))
        let now = try #require(Timestamp(iso8601: "2026-11-27T22:30:00Z"))
        func brief(_ text: String, _ zone: Zone = .utc) throws -> String {
            try #require(Timestamp(iso8601: text)).brief(in: zone, now: now)
        }
        #expect(try brief("2026-11-27T14:05:09.123Z") == "14:05:09")
        #expect(try brief("2026-11-26T23:30:00Z") == "11-26 23:30")
        #expect(try brief("2026-11-26T23:30:00Z", berlin) == "00:30:00")
        #expect(try brief("2025-11-27T14:05:09Z") == "2025-11-27")
    }
}
