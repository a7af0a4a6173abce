import Mappings

/// A delivery that is one request for each item of its conversion: each line has its own try and outcome.
package struct LinePlan: Sendable {
    package let count: Int
    /// If the destination has a `max_age`, the delivery is dead from then on.
    package let expiresAt: Timestamp?
    /// The requests are kept, and nothing is sent.
    package let isDryRun: Bool
    private let conversion: Conversion
    private let now: Timestamp
    private let write: @Sendable (Conversion, Timestamp) throws(Skip) -> OutboundRequest

    init(
        of conversion: Conversion, count: Int, expiresAt: Timestamp?, isDryRun: Bool, at now: Timestamp,
        write: @escaping @Sendable (Conversion, Timestamp) throws(Skip) -> OutboundRequest
    ) {
        self.count = count
        self.expiresAt = expiresAt
        self.isDryRun = isDryRun
        self.conversion = conversion
        self.now = now
        self.write = write
    }

    /// Written when it is its turn, so that a corrected mapping repairs what waits.
    ///
    /// - Parameter line: from 0.
    package func request(_ line: Int) throws(Skip) -> OutboundRequest {
        try write(conversion.alone(line), now)
    }

    /// For sentences: `line 2 of 3 (SKU-2)`.
    package func name(_ line: Int) -> String {
        let item = conversion.items[line]
        let label = [item[.sku], item[.name]].first { !$0.isAbsent }.map { " (\(AnswerWords.cut($0.description.inOneLine, to: 60)))" }
        return "line \(line + 1) of \(count)\(label ?? "")"
    }

    /// Those that are still to be sent.
    package func open(_ lines: DeliveryLines?) -> [Int] {
        guard let lines, lines.count == count else { return Array(0..<count) }
        return (0..<count).filter { lines.all[$0] == .open || lines.all[$0] == .failed }
    }
}
