import Mappings

/// Several deliveries in one request, and what its answer makes of them as a whole.
package struct SharedRequest: Sendable {
    package let request: OutboundRequest
    package let count: Int

    /// - Parameter members: the requests of the deliveries as each would be sent alone; all of them fit the first, which `canShare` says.
    package init(_ members: [OutboundRequest]) {
        count = members.count
        guard var joined = members.first, count > 1 else {
            request = members.first ?? OutboundRequest(method: "", url: "", maskedURL: "", headers: [], body: [])
            return
        }
        joined.body = OutboundRequest.joinedBody(of: members)
        request = joined
    }

    /// Whether an answer refuses all of them because of some: then each half is sent again, and in the end only those alone are rejected.
    /// What is said of who sends, or of where to, is no matter of the content.
    package func isToBeSplit(_ decision: AttemptJudge.Decision, status: Int) -> Bool {
        guard count > 1, decision.state == .rejected else { return false }
        return !(300..<400).contains(status) && ![401, 403, 404, 405, 407, 410].contains(status)
    }

    /// For what is kept of an answer.
    package var note: String? { count > 1 ? "(answer to \(count) in one request) " : nil }
}

extension Array {
    /// In the middle; the first half is the larger.
    package var halves: [[Element]] {
        let middle = (count + 1) / 2
        return [Array(prefix(middle)), Array(dropFirst(middle))].filter { !$0.isEmpty }
    }
}
