/// How many conversions a tracker takes in one request, and how long the first of them waits for others.
package struct BatchLimits: Sendable, Hashable {
    package var most: Int
    package var within: Duration

    package init(most: Int, within: Duration) {
        self.most = most
        self.within = within
    }

    /// What failed shares its next request with half as many, so that what fails every time is soon alone and the others arrive.
    ///
    ///     most 1000: never failed → 1000, once → 500, twice → 250, ten times → 1
    package func size(after failures: Int) -> Int { max(1, most >> min(max(0, failures), 30)) }
}
