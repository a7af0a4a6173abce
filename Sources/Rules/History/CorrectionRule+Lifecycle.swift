import Mappings

extension CorrectionRule {
    /// The lifecycle of conversions: `Conversion.corrected(by:)` decides.
    ///
    /// - Parameter adding: whether the amount of a repeat counts on top.
    package init(adding: Bool, routes: [Route]) {
        self.init { message, present in
            let current: Conversion
            let correction: Correction
            do throws(Conversion.DocumentError) {
                current = try Conversion(document: present)
                switch message {
                case .repeated(let document):
                    correction = Conversion.correction(of: current, byRepeat: try Conversion(document: document), adding: adding)
                case .correction(let document):
                    guard let read = Correction(document: document) else { return .unchanged(note: "the stored correction cannot be read") }
                    correction = read
                }
            } catch {
                return .unchanged(note: "the stored conversion cannot be read: \(error)")
            }
            switch current.corrected(by: correction) {
            case .changed(let next): return .changed(ConversionRow(next), routes.way(ofCorrected: next))
            case .unchanged(let note): return .unchanged(note: note)
            case .refused(let failure): return .refused(failure)
            }
        }
    }
}
