/// A request that corrects a conversion.
package struct CorrectionMessage: Sendable {
    /// What identifies the conversion, and all else that was sent, but no amounts whose unit only the conversion knows.
    package var message: Conversion
    package var correction: Correction
}
