import Mappings

extension Conversion {
    /// What a destination is sent for this conversion or correction, by what became of the conversion there before.
    ///
    /// A correction is sent as one if its conversion arrived, or may have: dead and unconfirmed ones too, since to send the conversion again
    /// might double it, and a tracker that does not know it refuses the correction, which is then listed. If it never arrived, there is nothing to correct: the conversion
    /// itself is sent with its present values, or nothing at all if it is no conversion any more.
    /// - Parameter predecessor: the state of the correction's conversion at this destination; nil if it had no delivery there.
    package func correctionOrConversion(for destination: String, after predecessor: DeliveryState?) throws(Skip) -> Conversion {
        if self[.update].isAbsent { return self }
        switch predecessor {
        case .delivered, .duplicate, .dead, .unconfirmed, .pending: return self
        case nil, .skipped, .rejected:
            switch text(.status) {
            case nil, "pending", "pending_review", "approved": return asFirstMessage
            default:
                throw Skip("the conversion itself never arrived at \(destination), so \(change) was not sent")
            }
        }
    }
}
