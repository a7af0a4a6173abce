import Mappings

/// A tracker that senders may send to, with its sources in the order of the configuration file.
package final class ReceivingTracker: Sendable {
    package let mapping: Mapping
    package let sources: [ReceivingSource]
    package let mask: RequestMask
    package let answersReview: Bool
    private let byName: [String: ReceivingSource]

    package init(_ mapping: Mapping, sources: [ReceivingSource], mask: RequestMask) {
        self.mapping = mapping
        self.sources = sources
        self.mask = mask
        answersReview = mapping.answersReview
        byName = Dictionary(sources.map { ($0.name, $0) }) { first, _ in first }
    }

    /// The source of that name, or none.
    package func sources(named name: String) -> [ReceivingSource] { byName[name].map { [$0] } ?? [] }
}
