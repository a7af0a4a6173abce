extension Duration {
    /// As a person would say it, in at most two units: `250ms`, `31s`, `2m 5s`, `3h`, `1d 2h`.
    package var text: String {
        let (seconds, attoseconds) = components
        if seconds < 1 { return "\(attoseconds / 1_000_000_000_000_000)ms" }
        let rounded = attoseconds >= 500_000_000_000_000_000 ? seconds + 1 : seconds
        let units: [(size: Int64, name: String)] = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")]
        let first = units.firstIndex { rounded >= $0.size } ?? units.count - 1
        let whole = "\(rounded / units[first].size)\(units[first].name)"
        guard first + 1 < units.count else { return whole }
        let rest = rounded % units[first].size / units[first + 1].size
        return rest == 0 ? whole : "\(whole) \(rest)\(units[first + 1].name)"
    }
}
