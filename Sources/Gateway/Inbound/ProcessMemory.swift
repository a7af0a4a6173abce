import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#endif

/// What the system has for the process: what glibc does with memory that is free again, and the pages of code. Elsewhere nothing is done.
enum ProcessMemory {
    #if canImport(Glibc)
        // Glibc has these two, but Swift's module of it does not show them.
        private static let setOption = symbol("mallopt", as: (@convention(c) (Int32, Int32) -> Int32).self)
        private static let trim = symbol("malloc_trim", as: (@convention(c) (Int) -> Int32).self)

        private static func symbol<Function>(_ name: String, as type: Function.Type) -> Function? {
            dlsym(nil, name).map { unsafeBitCast($0, to: type) }
        }
    #endif

    /// Blocks from 128 KiB on, such as big bodies, stay mappings of their own, which go back to the system when they are freed. By itself glibc
    /// raises this bound to the largest block that was ever freed, and then keeps such blocks in its heaps.
    static func mapBigBlocks() {
        #if canImport(Glibc)
            let mapThreshold: Int32 = -3
            _ = setOption?(mapThreshold, 128 * 1024)
        #endif
    }

    /// Lets go of the pages of code that were mapped so far. Most were needed at the start only, to read the configuration and the mappings. Those
    /// that are still used come back from the system's cache at their next use, without the disk.
    private static func letGoOfCode() {
        #if canImport(Glibc)
            // First all of them are looked up, as that needs code too.
            for (start, count) in code { madvise(start, count, MADV_DONTNEED) }
        #endif
    }

    #if canImport(Glibc)
        /// The mappings of code. Nothing in them can be changed, so nothing is lost.
        private static var code: [(start: UnsafeMutableRawPointer, count: Int)] {
            guard let file = fopen("/proc/self/maps", "r") else { return [] }
            defer { fclose(file) }
            var found: [(UnsafeMutableRawPointer, Int)] = []
            var line = [CChar](repeating: 0, count: 4096)
            while fgets(&line, Int32(line.count), file) != nil {
                // `55d0c8a00000-55d0c9e00000 r-xp 00400000 08:01 1234 /usr/bin/gateway`
                let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
                guard fields.count >= 6, fields[1] == "r-xp", fields[5].first == "/", let dash = fields[0].firstIndex(of: "-"),
                    let start = UInt(fields[0][..<dash], radix: 16), let end = UInt(fields[0][dash...].dropFirst(), radix: 16), start < end,
                    let pointer = UnsafeMutableRawPointer(bitPattern: start)
                else { continue }
                found.append((pointer, Int(end - start)))
            }
            return found
        }
    #endif

    /// Gives back what only the start needed, once it is over.
    static func giveBackStart() {
        MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: .seconds(1)) {
            NIOThreadPool.singleton.submit { state in
                guard case .active = state else { return }
                #if canImport(Glibc)
                    _ = trim?(0)
                #endif
                letGoOfCode()
            }
        }
    }

    /// Gives free pages inside the heaps back, in a thread of its own: it takes milliseconds. What has just ended is still being freed, on a
    /// busy machine for seconds, so this is done a little later, and once more.
    static func giveBack() {
        #if canImport(Glibc)
            for delay in [TimeAmount.seconds(1), .seconds(15)] {
                MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: delay) {
                    NIOThreadPool.singleton.submit { state in
                        if case .active = state { _ = trim?(0) }
                    }
                }
            }
        #endif
    }
}
