import Mappings

/// What will become of the deliveries of one history to one destination, if the tracker takes what it is sent.
///
/// A correction's request depends on what became of its conversion, and that may be about to be sent too. So the steps are gone through in
/// their order, as they are sent.
package struct HistoryForecast: Sendable {
    package struct Step: Sendable {
        package var id: ConversionID
        package var document: [UInt8]
        /// As it is stored; nil if there is no delivery.
        package var state: DeliveryState?
        /// It is about to be made due, or to be added.
        package var isMadeDue: Bool
        /// The destination has it, whatever it says of one more try.
        package var hasArrived: Bool
        /// The destination's own id, from its answer.
        package var remoteID: String?

        package init(
            id: ConversionID, document: [UInt8], state: DeliveryState?, isMadeDue: Bool, hasArrived: Bool = false, remoteID: String? = nil
        ) {
            self.id = id
            self.document = document
            self.state = state
            self.isMadeDue = isMadeDue
            self.hasArrived = hasArrived
            self.remoteID = remoteID
        }
    }

    package struct Entry: Sendable {
        package var next: NextStep
        /// What will have become of the steps before.
        package var predecessor: DeliveryState?
        /// The destination's own id of the conversion, if it is known.
        package var there: String?
    }

    /// Of those that are made due or pending.
    package private(set) var entries: [ConversionID: Entry] = [:]

    /// - Parameter steps: all of the history, in their order.
    package init(_ steps: [Step], at sending: Sending, now: Timestamp) {
        var earlier: [DeliveryState] = []
        var there: String?
        for step in steps {
            guard step.isMadeDue || step.state == .pending else {
                if let state = step.state { earlier.append(state) }
                there = there ?? step.remoteID
                continue
            }
            let predecessor = DeliveryState.predecessor(earlier)
            var delivery = ReadyDelivery(id: step.id, attempts: 0, content: .document(step.document), predecessor: predecessor)
            delivery.there = there
            let next = sending.nextStep(for: delivery, at: now)
            entries[step.id] = Entry(next: next, predecessor: predecessor, there: there)
            there = there ?? step.remoteID
            earlier.append(next.expectedState.known(hadArrived: step.hasArrived))
        }
    }
}

extension NextStep {
    /// What the delivery comes to if the tracker takes what it is sent.
    fileprivate var expectedState: DeliveryState {
        switch self {
        case .send: .delivered
        case .lines(let plan): plan.isDryRun ? .skipped : .delivered
        case .recordOnly, .skip: .skipped
        case .tooLate, .unreadable: .dead
        }
    }
}
