import Mappings

/// A tracker that senders may send to, with its sources in the order of the configuration file.
package final class ReceivingTracker: Sendable {
    package let mapping: Mapping
    package let sources: [ReceivingSource]
    package let mask: RequestMask
    package let answersReview: Bool
    /// Whether more than the address decides what kind of message a request is.
    let hasKinds: Bool
    /// Whether a request is looked into before it is admitted.
    let looksInside: Bool
    /// Whether a request may hold several conversions.
    let takesSeveral: Bool
    private let byName: [String: ReceivingSource]

    package init(_ mapping: Mapping, sources: [ReceivingSource], mask: RequestMask) {
        self.mapping = mapping
        self.sources = sources
        self.mask = mask
        answersReview = mapping.answersReview
        hasKinds = mapping.hasConditions
        looksInside = hasKinds || !mapping.handshakes.isEmpty
        takesSeveral = mapping.request.batch != nil || mapping.messages.contains { $0.inbound?.request.batch != nil }
        byName = Dictionary(sources.map { ($0.name, $0) }) { first, _ in first }
    }

    /// The source of that name, or none.
    package func sources(named name: String) -> [ReceivingSource] { byName[name].map { [$0] } ?? [] }
}
