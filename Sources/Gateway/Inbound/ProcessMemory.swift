import Foundation
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
            guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8) else { return }
            for line in maps.split(separator: "\n") {
                // `55d0c8a00000-55d0c9e00000 r-xp 00400000 08:01 1234 /usr/bin/gateway`: nothing in such a mapping can be changed.
                let parts = line.split(separator: " ", omittingEmptySubsequences: true)
                guard parts.count == 6, parts[1] == "r-xp", parts[5].first == "/" else { continue }
                let ends = parts[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
                guard ends.count == 2, ends[0] < ends[1], let start = UnsafeMutableRawPointer(bitPattern: ends[0]) else { continue }
                madvise(start, Int(ends[1] - ends[0]), MADV_DONTNEED)
            }
        #endif
    }

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
