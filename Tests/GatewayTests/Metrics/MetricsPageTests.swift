import Testing

@testable import Gateway

struct MetricsPageTests {
    @Test func `a counter has its help, its type and a line for each series`() {
        var page = MetricsPage()
        page.begin("sales_total", .counter, "Sales by \"shop\",\nand by \\.")
        page.add("sales_total", ["shop": "a \"b\" \\ c\nd"], 3)
        page.add("sales_total", [:], "49.90")
        #expect(
            page.text == #"""
                # HELP sales_total Sales by "shop",\nand by \\.
                # TYPE sales_total counter
                sales_total{shop="a \"b\" \\ c\nd"} 3
                sales_total 49.90

                """#)
    }

    @Test func `a histogram counts what is at most each bound, in seconds`() {
        let histogram = Histogram([250, 1000, 2_500_000])
        for value in [250, 251, 1_000_000, 9_000_000] { histogram.observe(value) }
        var page = MetricsPage()
        page.add("wait_seconds", ["at": "main"], histogram: histogram, scale: 1_000_000)
        #expect(
            page.text == """
                wait_seconds_bucket{at="main",le="0.00025"} 1
                wait_seconds_bucket{at="main",le="0.001"} 2
                wait_seconds_bucket{at="main",le="2.5"} 3
                wait_seconds_bucket{at="main",le="+Inf"} 4
                wait_seconds_sum{at="main"} 10.000501
                wait_seconds_count{at="main"} 4

                """)
    }
}
