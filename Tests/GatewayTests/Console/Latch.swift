import Synchronization

/// Something that a tracker's script asks for, and that a test opens once.
final class Latch: Sendable {
    private let flag = Atomic(false)

    var isOpen: Bool { flag.load(ordering: .relaxed) }
    func open() { flag.store(true, ordering: .relaxed) }
}
