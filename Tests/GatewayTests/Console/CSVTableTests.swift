import Testing

@testable import Gateway

struct CSVTableTests {
    @Test func `a text that begins like a formula is none, and an amount below zero stays a number`() {
        var table = CSVTable(["order", "amount"])
        table.add([.text("=HYPERLINK(\"x\")"), .value("-49.90")])
        table.add([.text("-4711"), .value("")])
        table.add([.text("4711, \"b\""), .value("1.00")])
        #expect(
            table.lines == [
                "order,amount", "\"'=HYPERLINK(\"\"x\"\")\",-49.90", "'-4711,", "\"4711, \"\"b\"\"\",1.00",
            ])
    }
}
