/// The requests for one delivery that a destination got from one gateway process, beside the attempts that this process logged.
///
/// A process sends a delivery's tries one after the other, and logs each before it begins the next. So both lists are in one order, and at
/// most one request is in no attempt: the last one, if the process was killed before it could log it.
struct Matching {
    struct Attempt: Equatable {
        /// Nil if the gateway read no whole reply.
        var status: Int?
    }

    /// Acceptances that the gateway read and logged.
    private(set) var logged = 0
    /// Acceptances of which the gateway logged that it got no reply.
    private(set) var lost = 0
    /// Acceptances, or other whole replies, that are in no attempt; by their places.
    private(set) var unlogged: [Int] = []
    /// Attempts with an answer that the destination never gave.
    private(set) var invented: [Attempt] = []

    init(_ requests: [Ledger.Receipt], _ attempts: [Attempt]) {
        let steps = Self.best(requests.map(\.answer), attempts)
        for step in steps {
            switch step {
            case .pair(let place, let attempt):
                guard case .whole(_, isTaken: true) = requests[place].answer else { continue }
                if attempts[attempt].status == nil { lost += 1 } else { logged += 1 }
            case .request(let place):
                if case .whole = requests[place].answer { unlogged.append(place) }
            case .attempt(let attempt):
                if attempts[attempt].status != nil { invented.append(attempts[attempt]) }
            }
        }
    }

    private enum Step {
        case pair(Int, Int)
        case request(Int)
        case attempt(Int)
    }

    /// What it costs to leave a request out, to leave an attempt out, and to pair the two; nil: impossible.
    private static func cost(leaving answer: Ledger.Answered) -> Int { if case .whole = answer { 100 } else { 1 } }
    private static func cost(leaving attempt: Attempt) -> Int { attempt.status == nil ? 1 : 10_000 }
    private static func cost(_ answer: Ledger.Answered, _ attempt: Attempt) -> Int? {
        switch (answer, attempt.status) {
        case (.whole(let given, _), let read?): given == read ? 0 : nil
        case (.broken, 200), (.broken, nil), (.nothing, nil): 0
        // A reply that the gateway did not wait for.
        case (.whole, nil): 10
        case (.broken, _), (.nothing, _): nil
        }
    }

    /// The cheapest way to bring the two lists together without changing the order of either.
    private static func best(_ answers: [Ledger.Answered], _ attempts: [Attempt]) -> [Step] {
        let (rows, columns) = (answers.count, attempts.count)
        var costs = Array(repeating: Array(repeating: 0, count: columns + 1), count: rows + 1)
        for row in stride(from: rows, through: 0, by: -1) {
            for column in stride(from: columns, through: 0, by: -1) where row < rows || column < columns {
                costs[row][column] = options(row, column, answers, attempts, costs).map(\.cost).min() ?? 0
            }
        }
        var steps: [Step] = []
        var (row, column) = (0, 0)
        while row < rows || column < columns {
            guard let step = options(row, column, answers, attempts, costs).min(by: { $0.cost < $1.cost })?.step else { break }
            steps.append(step)
            switch step {
            case .pair: (row, column) = (row + 1, column + 1)
            case .request: row += 1
            case .attempt: column += 1
            }
        }
        return steps
    }

    private static func options(
        _ row: Int, _ column: Int, _ answers: [Ledger.Answered], _ attempts: [Attempt], _ costs: [[Int]]
    ) -> [(step: Step, cost: Int)] {
        var found: [(step: Step, cost: Int)] = []
        if row < answers.count, column < attempts.count, let pair = cost(answers[row], attempts[column]) {
            found.append((.pair(row, column), pair + costs[row + 1][column + 1]))
        }
        if column < attempts.count { found.append((.attempt(column), cost(leaving: attempts[column]) + costs[row][column + 1])) }
        if row < answers.count { found.append((.request(row), cost(leaving: answers[row]) + costs[row + 1][column])) }
        return found
    }
}
