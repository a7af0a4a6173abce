/// Objects that are walked for every request, and never change.
///
/// A loop over an array counts a reference to each of them, in turn, on a counter that all threads share. The list keeps them alive, so a walk
/// needs none.
struct FixedList<Element: AnyObject & Sendable>: Sendable {
    private let elements: [Element]

    init(_ elements: [Element]) { self.elements = elements }

    var isEmpty: Bool { elements.isEmpty }

    @inline(__always)
    func walk<Failure: Error>(_ body: (Element) throws(Failure) -> Void) throws(Failure) {
        try elements.withUnsafeBufferPointer { (elements) throws(Failure) in
            for index in elements.indices {
                let element = Unmanaged.passUnretained(elements[index])
                try element._withUnsafeGuaranteedRef { element in Result { () throws(Failure) in try body(element) } }.get()
            }
        }
    }

    func first(where isWanted: (Element) -> Bool) -> Element? { elements.first(where: isWanted) }

    func contains(where isWanted: (Element) -> Bool) -> Bool { elements.contains(where: isWanted) }
}
