import Testing

@testable import Gateway

struct ByteSizeTests {
    @Test(arguments: [
        ("0B", 0), ("17B", 17), ("500KB", 500_000), ("1MB", 1_000_000), ("2GB", 2_000_000_000), ("1KiB", 1024), ("64MiB", 67_108_864),
        ("1GiB", 1_073_741_824), ("1mb", 1_000_000), ("1kB", 1000),
    ])
    func `a size is a whole number with its unit`(text: String, bytes: Int) {
        #expect(ByteSize(text)?.bytes == bytes)
    }

    @Test(arguments: ["", "1", "MB", "-1MB", "1.5MB", "1 MB", "1TB", "1M", "9223372036854775807KB", "99999999999999999999B", "１MB", "1MB "])
    func `what has no unit or does not fit is no size`(text: String) {
        #expect(ByteSize(text) == nil)
    }
}
