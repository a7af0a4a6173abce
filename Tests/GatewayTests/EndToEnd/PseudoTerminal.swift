import Foundation
import Synchronization

/// A terminal that nobody sees: a program that is given its path prints as it would for a person.
final class PseudoTerminal: Sendable {
    struct Failure: Error {}

    /// Linux' TIOCSPTLCK and TIOCGPTN, which Swift's module of Glibc does not show.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    private let master: Int32
    let path: String
    private let bytes = Mutex<[UInt8]>([])

    init(columns: Int) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        var (number, isLocked): (UInt32, Int32) = (0, 0)
        guard master >= 0, ioctl(master, Self.setLock, &isLocked) == 0, ioctl(master, Self.getNumber, &number) == 0 else { throw Failure() }
        path = "/dev/pts/\(number)"
        var size = winsize(ws_row: 50, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        guard ioctl(master, UInt(TIOCSWINSZ), &size) == 0 else { throw Failure() }
    }

    deinit { close(master) }

    /// Takes what was printed since.
    func read() {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Foundation.read(master, &buffer, buffer.count)
            guard count > 0 else { return }
            bytes.withLock { $0 += buffer[..<count] }
        }
    }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}
