import Mappings

/// What is read is written back equal, and stays so; an error has its place inside the input.
enum JSONProperty {
    static func check(_ bytes: [UInt8]) throws(Violation) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes)
        } catch {
            try Violation.require((0...bytes.count).contains(error.offset), "offset \(error.offset) of \(bytes.count): \(error)")
            let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
            try Violation.require((1...lines).contains(error.line) && error.column >= 1, "the error's place is outside the text: \(error)")
            return
        }
        let options: [JSONWriter.Options] = [[], .pretty, .asciiOnly, .sortedKeys]
        for option in options {
            let written = Self.written(value, option)
            let again: JSONValue
            do {
                again = try JSONValue(parsing: written)
            } catch {
                throw Violation(description: "\(written.text) was written and cannot be read: \(error)")
            }
            try Violation.require(Self.written(again, option) == written, "\(written.text) is written otherwise the second time")
            // Sorted, the members come in another order, which counts.
            if option != .sortedKeys { try Violation.require(again == value, "\(written.text) is not what was read") }
        }
    }

    private static func written(_ value: JSONValue, _ options: JSONWriter.Options) -> [UInt8] {
        var writer = JSONWriter(options: options)
        writer.write(value)
        return writer.bytes
    }
}
