/// A request that corrects a conversion.
package struct CorrectionMessage: Sendable {
    /// What identifies the conversion, and all else that was sent: without amounts whose unit only the conversion knows.
    package var message: Conversion
    package var correction: Correction
}
