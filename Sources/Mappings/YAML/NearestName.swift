extension String {
    /// The candidate that a typing mistake would most likely have made into this, or nil if none is near.
    package func nearest(in candidates: some Sequence<String>) -> String? {
        var best: (name: String, distance: Int)?
        for candidate in candidates.sorted() {
            let distance = lowercased().editDistance(to: candidate.lowercased())
            let allowed = Swift.max(1, Swift.min(count, candidate.count) / 3)
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// `; did you mean 'money'?`, or else the whole list if it is short, or nothing.
    package func suggestion(from candidates: some Collection<String>) -> String {
        if let name = nearest(in: candidates) { return "; did you mean '\(name)'?" }
        guard !candidates.isEmpty, candidates.count <= 16 else { return "" }
        return "; known: \(candidates.sorted().joined(separator: ", "))"
    }

    /// Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other.
    private func editDistance(to other: String) -> Int {
        let (left, right) = (Array(self), Array(other))
        var beforeLast = [Int]()
        var last = Array(0...right.count)
        for (row, character) in left.enumerated() {
            var current = [row + 1]
            for (column, candidate) in right.enumerated() {
                var cost = Swift.min(last[column + 1], current[column]) + 1
                cost = Swift.min(cost, last[column] + (character == candidate ? 0 : 1))
                if row > 0, column > 0, character == right[column - 1], left[row - 1] == candidate {
                    cost = Swift.min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
