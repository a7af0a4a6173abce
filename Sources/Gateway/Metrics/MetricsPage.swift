/// A page in Prometheus' text format, version 0.0.4.
///
/// https://prometheus.io/docs/instrumenting/exposition_formats/
struct MetricsPage {
    enum Kind: String { case counter, gauge, histogram }
    typealias Labels = KeyValuePairs<String, String>

    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    /// Begins a metric; its samples follow.
    mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// - Parameter value: a number as it is to be read, such as `12` or `49.90`.
    mutating func add(_ name: String, _ labels: Labels = [:], _ value: some CustomStringConvertible) {
        text += name
        add(labels)
        text += " \(value)\n"
    }

    /// - Parameter scale: how many of the histogram's unit make one of the page's, such as 1,000,000 for microseconds shown as seconds.
    mutating func add(_ name: String, _ labels: Labels = [:], histogram: Histogram, scale: Int = 1) {
        let (upTo, count, sum) = histogram.read()
        let own = labels.map { ($0.key, $0.value) }
        for (bound, number) in zip(histogram.bounds, upTo) {
            text += "\(name)_bucket"
            add(own + [("le", Self.number(bound, over: scale))])
            text += " \(number)\n"
        }
        text += "\(name)_bucket"
        add(own + [("le", "+Inf")])
        text += " \(count)\n\(name)_sum"
        add(own)
        text += " \(Self.number(sum, over: scale))\n\(name)_count"
        add(own)
        text += " \(count)\n"
    }

    private mutating func add(_ labels: Labels) { add(labels.map { ($0.key, $0.value) }) }

    private mutating func add(_ labels: [(String, String)]) {
        guard !labels.isEmpty else { return }
        text += "{" + labels.map { "\($0)=\"\(Self.escaped($1, quotes: true))\"" }.joined(separator: ",") + "}"
    }

    /// Exact, such as 0.00025; `scale` is a power of ten.
    private static func number(_ value: Int, over scale: Int) -> String {
        let (whole, part) = value.quotientAndRemainder(dividingBy: scale)
        guard part != 0 else { return "\(whole)" }
        var digits = String(String(scale + part).dropFirst())
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(whole).\(digits)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n", "\r\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
