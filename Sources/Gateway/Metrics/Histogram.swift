import Synchronization

/// How many of the observed numbers were at most each of some bounds, as Prometheus' histograms are counted.
final class Histogram: Sendable {
    private struct State {
        /// Those up to each bound and above the one before; last those above all.
        var counts: [Int]
        var sum = 0
    }

    /// In the unit of what is observed, rising.
    let bounds: [Int]
    private let state: Mutex<State>

    init(_ bounds: [Int]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    /// From a millisecond to the end of the retry schedule, in microseconds.
    static let delays: [Int] = [
        1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 1_800_000, 7_200_000, 28_800_000,
        86_400_000, 259_200_000,
    ].map { $0 * 1000 }

    /// Of what happens within one exchange, in microseconds.
    static let latencies: [Int] = [
        250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
        30_000_000,
    ]

    static let sizes = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]

    func observe(_ value: Int) {
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[place] += 1
            state.sum += value
        }
    }

    /// - Returns: how many were at most each bound, how many there were, and their sum.
    func read() -> (upTo: [Int], count: Int, sum: Int) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        var (upTo, count) = ([Int](), 0)
        for number in counts {
            count += number
            upTo.append(count)
        }
        return (Array(upTo.dropLast()), count, sum)
    }
}
