/// Where the routes send a conversion, and which of them did not take it.
package struct Way: Sendable, Equatable {
    /// Each once, in the order of the file.
    package var destinations: [String] = []
    package var missed = MissedRoutes()

    package init(destinations: [String] = [], missed: MissedRoutes = MissedRoutes()) {
        self.destinations = destinations
        self.missed = missed
    }
}
