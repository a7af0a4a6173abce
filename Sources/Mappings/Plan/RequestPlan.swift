/// The request that a tracker documents: its methods, path and formats of body.
package struct RequestPlan: Sendable {
    static let knownMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]

    /// The first is used when a request is written.
    package var methods: [String]
    /// Requests are written to the first; senders use the others too, which have the same variable segments.
    package var paths: [PathPlan]
    /// The formats of body that are read; the first is written. If there are none, the fields are parameters of the query.
    var formats: [any BodyFormat]
    /// The name of an XML body's first element.
    package var xmlRoot: String?
    /// Members and parameters are written in the order of their names' bytes.
    package var isSorted: Bool
    /// The steps that lead to the list of conversions in a body that holds several; empty if the body is the list.
    var list: [WirePath.Step]?
    /// Whether each item is a request of its own.
    package var isPerItem = false
    /// How many conversions a body's list may hold; nil sends each by itself.
    package var batch: BatchLimits?
    /// The header in which a sender says who it is, before a signature proves it.
    package var sourceName: SourceName?
    /// Which of the requests that lead here are of this kind; nil for all that are of no other.
    package var condition: RequestCondition?
    /// The host of this call, if it is not that of the destination's `url`.
    package var host: HostPlan?

    package struct SourceName: Sendable {
        package var header: String
        /// The setting that holds a source's name among the tracker's senders; its name in the configuration counts too.
        package var setting: String?
    }

    package var path: PathPlan { paths[0] }

    /// Whether a request of this method has its fields in the body.
    package func readsBody(_ method: String) -> Bool { !formats.isEmpty && method != "GET" && method != "HEAD" }
}
