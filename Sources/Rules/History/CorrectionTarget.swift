import Mappings

/// Which conversion a correction is about.
package enum CorrectionTarget: Sendable, Equatable {
    case conversion(ConversionID)
    case conflict(with: ConversionID)
    /// None is stored yet: the correction takes this key and waits.
    case waits(DuplicateKey)
    case nowhere

    /// - Parameters:
    ///   - holder: the conversion that holds one of the keys, or ever held it.
    ///   - newest: the newest conversion with the correction's order id: the source's own, else of a source that shares orders with it. Asked only if no conversion held a key.
    package init<Failure: Error>(
        holder: KeyHolder?, keys: [DuplicateKey], newest: () throws(Failure) -> ConversionID?
    ) throws(Failure) {
        if let holder {
            self = holder.isOthers ? .conflict(with: holder.id) : .conversion(holder.id)
        } else if let newest = try newest() {
            self = .conversion(newest)
        } else {
            self = keys.first.map { .waits($0) } ?? .nowhere
        }
    }
}

extension CorrectionResult {
    /// - Parameters:
    ///   - first: the correction of the same content that waits; this one, or one that came before.
    ///   - note: for people, if it came before.
    package static func waits(_ id: ConversionID, first: ConversionID, note: String? = nil) -> CorrectionResult {
        first == id ? .waiting : .unchanged(first, note: note)
    }
}
