extension Configuration {
    /// What is gone in `next` as it is in a file that was cut short: all routes, all destinations, half of the sources or more, or what is
    /// last in the file. Parts of a sentence.
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
        return losses.isEmpty ? lastPart(missingIn: next).map { [$0] } ?? [] : losses
    }

    /// A file that got longer at its beginning and was cut off at its end has lost that end, and no more.
    private func lastPart(missingIn next: Configuration) -> String? {
        switch fingerprint.lastList {
        case "sources":
            guard next.sources.count < sources.count, let last = sources.last, next.source(last.name) == nil else { return nil }
            return "its last source, '\(last.name)'"
        case "destinations":
            guard next.destinations.count < destinations.count, let last = destinations.last, next.destination(last.name) == nil else {
                return nil
            }
            return "its last destination, '\(last.name)'"
        case "routes":
            let (before, after) = (fingerprint.routes, next.fingerprint.routes)
            guard after.count < before.count, let last = before.last, !after.contains(last) else { return nil }
            return "its last route"
        default: return nil
        }
    }
}
