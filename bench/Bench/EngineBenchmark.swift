import Foundation

/// Runs one translation over and over on this thread and prints how many it made a second.
struct EngineBenchmark {
    typealias Translation = ([UInt8]) throws -> [UInt8]

    let sample: [UInt8]
    let translate: Translation

    /// Translations between two looks at the clock.
    private static let batch = 256

    /// Prints `{"translations_per_second": …, "output": …}`; the output lets `bench/run` see that both sides did the same
    /// work. A fifth of the time, before the measurement, warms up.
    func run(seconds: Double) throws {
        let output = try translate(sample)
        _ = try rate(over: .seconds(seconds / 5))
        let perSecond = try rate(over: .seconds(seconds))
        printLine(
            """
            {"translations_per_second": \(Int(perSecond)), "output": \(String(decoding: output, as: UTF8.self))}
            """
        )
    }

    private func rate(over duration: Duration) throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        let end = start + duration
        var count = 0
        var written = 0
        while clock.now < end {
            for _ in 0..<Self.batch { written += try translate(sample).count }
            count += Self.batch
        }
        // A use of the results, so that no translation can be left out as unused.
        precondition(written >= count, "a translation gave no bytes")
        return Double(count) / ((clock.now - start) / .seconds(1))
    }
}
