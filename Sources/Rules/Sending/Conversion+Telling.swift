import Mappings

extension Conversion {
    /// A correction as a destination has to be told of it, by what became of its conversion there before.
    ///
    /// Where the conversion arrived, or may have, it is told as a correction. Where it never did there is nothing to correct: what is still a
    /// conversion is told as one, as it now stands, and what is none any more is not told.
    package func told(to destination: String, after predecessor: DeliveryState?) throws(Skip) -> Conversion {
        if self[.update].isAbsent { return self }
        switch predecessor {
        case .delivered, .duplicate, .dead, .pending: return self
        case nil, .skipped, .rejected:
            switch text(.status) {
            case nil, "pending", "pending_review", "approved": return standing
            default:
                throw Skip("the conversion itself never arrived at \(destination), so \(change) was not sent")
            }
        }
    }
}
