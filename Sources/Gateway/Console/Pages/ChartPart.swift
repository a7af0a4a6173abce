import Mappings
import Rules

/// Messages in each step of time, as bars; a table says the same to who cannot see them.
struct ChartPart {
    let traffic: RecentTraffic

    private static let (width, height) = (720, 120)

    private var counts: [Int] {
        var counts = Array(repeating: 0, count: traffic.span.count)
        for received in traffic.received where counts.indices.contains(received.step) { counts[received.step] += received.count }
        return counts
    }

    var html: HTML {
        let counts = counts
        let most = counts.max() ?? 0
        let total = counts.reduce(0, +)
        return tag("figure", .class("chart")) {
            tag(
                "svg", Attribute("viewBox", "0 0 \(Self.width) \(Self.height)"), Attribute("preserveAspectRatio", "none"),
                Attribute("role", "img"),
                .label("\(total) messages, at most \(most) in \(traffic.span.step.text)")
            ) {
                counts.enumerated().map { index, count in bar(index, count, most) }
            }
            tag("figcaption") {
                HTML.text(
                    total == 0
                        ? "No message came. From "
                        : "\(total.of("message")); the highest bar is \(most) in \(traffic.span.step.text). From ")
                Parts.time(traffic.span.start)
                HTML.text(" to ")
                Parts.time(traffic.span.end)
            }
        }
    }

    private func bar(_ index: Int, _ count: Int, _ most: Int) -> HTML {
        let step = Self.width / max(1, traffic.span.count)
        let height = count == 0 ? 1 : max(3, count * (Self.height - 4) / max(1, most))
        let time = traffic.span.start.advanced(by: traffic.span.step * index)
        return tag(
            "rect", .class(count == 0 ? "none" : "bar"), Attribute("x", "\(index * step)"), Attribute("y", "\(Self.height - height)"),
            Attribute("width", "\(max(1, step - 2))"), Attribute("height", "\(height)")
        ) {
            tag("title", text: "\(count.of("message")) from \(Timestamp(seconds: time.seconds))")
        }
    }
}
