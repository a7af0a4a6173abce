import Mappings
import Rules

/// A tracker that senders may speak to, with its sources in the order of the configuration file.
final class InboundTracker: Sendable {
    let mapping: Mapping
    let sources: [InboundSource]
    let mask: RequestMask
    let answersReview: Bool

    init(_ mapping: Mapping, sources: [InboundSource], secrets: SecretFinder) {
        self.mapping = mapping
        self.sources = sources
        answersReview = mapping.answersReview
        mask = RequestMask(mapping, secrets: secrets)
    }
}
