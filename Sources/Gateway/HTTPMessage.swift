import NIOCore

/// The bytes of an HTTP message while it is put together. A string would grow at five times the cost.
struct HTTPMessage {
    private var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func add(_ text: some StringProtocol) {
        let isAdded: Void? = text.utf8.withContiguousStorageIfAvailable { bytes.append(contentsOf: $0) }
        if isAdded == nil { bytes.append(contentsOf: text.utf8) }
    }

    /// Of bytes, and so not negative.
    mutating func add(number: Int) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(truncatingIfNeeded: 0x30 + number / divisor % 10))
            divisor /= 10
        }
    }

    /// One header.
    mutating func add(_ name: String, _ value: some StringProtocol) {
        add(name)
        add(": ")
        add(value)
        add("\r\n")
    }

    mutating func add(body: [UInt8]) { bytes += body }

    var buffer: ByteBuffer { ByteBufferAllocator().buffer(bytes: bytes) }
}
