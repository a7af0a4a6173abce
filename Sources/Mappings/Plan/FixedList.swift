/// Objects that are walked for every request, and never change.
///
/// A loop over an array counts a reference to each of them, in turn, and one to the array, on counters that all threads share. The list keeps
/// them alive, so a walk needs none.
struct FixedList<Element: AnyObject & Sendable>: @unchecked Sendable {
    private let owner: Owner
    private let base: UnsafePointer<Unmanaged<Element>>
    let count: Int

    private final class Owner: @unchecked Sendable {
        let elements: [Element]
        let base: UnsafeMutablePointer<Unmanaged<Element>>

        init(_ elements: [Element]) {
            self.elements = elements
            base = .allocate(capacity: max(elements.count, 1))
            for (index, element) in elements.enumerated() { (base + index).initialize(to: .passUnretained(element)) }
        }

        deinit { base.deallocate() }
    }

    init(_ elements: [Element]) {
        owner = Owner(elements)
        base = UnsafePointer(owner.base)
        count = elements.count
    }

    var isEmpty: Bool { count == 0 }

    @inline(__always)
    func walk<Failure: Error>(_ body: (Element) throws(Failure) -> Void) throws(Failure) {
        for index in 0..<count {
            try base[index]._withUnsafeGuaranteedRef { element in Result { () throws(Failure) in try body(element) } }.get()
        }
    }

    /// Looks at one of them, as `walk` does.
    @inline(__always)
    func with<Result>(_ index: Int, _ body: (Element) -> Result) -> Result {
        precondition(index >= 0 && index < count, "there is no such element")
        return base[index]._withUnsafeGuaranteedRef(body)
    }

    func first(where isWanted: (Element) -> Bool) -> Element? { owner.elements.first(where: isWanted) }

    func contains(where isWanted: (Element) -> Bool) -> Bool { owner.elements.contains(where: isWanted) }
}
