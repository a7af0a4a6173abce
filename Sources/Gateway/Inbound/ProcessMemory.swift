import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#endif

/// What glibc does with memory that is free again. Elsewhere nothing is done.
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
