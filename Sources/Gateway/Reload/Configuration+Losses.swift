extension Configuration {
    /// What is gone in `next` as it is in a file that was cut short: all routes, all destinations, half of the sources or more. Parts of a
    /// sentence.
    ///
    /// They are counted, not compared by name: a source with another name is a change, not a loss.
    func losses(in next: Configuration) -> [String] {
        var losses: [String] = []
        let (before, after) = (sources.count, next.sources.count)
        if before > after, 2 * after <= before { losses.append("\(before - after) of \(before) sources") }
        for (noun, before, after) in [
            ("destination", destinations.count, next.destinations.count), ("route", routes.count, next.routes.count),
        ] where before > 0 && after == 0 {
            losses.append(before == 1 ? "its only \(noun)" : "all \(before) \(noun)s")
        }
        return losses
    }
}
