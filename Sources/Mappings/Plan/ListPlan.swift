/// A tracker's documented list of conversions: `GET path?limit=&offset=`, answered from the store.
package struct ListPlan: Sendable {
    package var path: PathPlan
    package var initialLimit: Int
    package var maximumLimit: Int
    package var status: Int
    package var body: JSONTemplate
    /// One conversion in `{conversions}`.
    package var each: JSONTemplate
}
