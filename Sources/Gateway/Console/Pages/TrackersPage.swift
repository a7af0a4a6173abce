import Mappings
import Rules

extension Console {
    /// `GET /trackers`: those that are in use, and all others that are known.
    func trackers(_ request: ConsoleRequest, _ visitor: Visitor) -> ConsoleReply {
        .page(TrackersPage(configuration: current.configuration, visitor: visitor).html)
    }
}

extension Configuration {
    /// The names of the mappings of its sources and destinations, in the order of the file.
    var trackersInUse: [String] {
        let written = destinations.compactMap { destination -> String? in
            if case .tracker(let writer) = destination.target { writer.mapping.name } else { nil }
        }
        return (sources.map(\.mapping.name) + written).reduce(into: []) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }
}

struct TrackersPage {
    let configuration: Configuration
    let visitor: Visitor

    var html: HTML {
        let used = configuration.trackersInUse
        let others = configuration.catalog.names.filter { !used.contains($0) }
        return PageFrame(title: "Trackers", section: .trackers, visitor: visitor).html {
            tag("h1", text: "Trackers")
            tag("h2", text: "In use")
            if used.isEmpty { Parts.note("None.") }
            tag("div", .class("cards")) { used.map { card($0) } }
            tag("h2", text: "Also known")
            tag("ul", .class("names")) { others.map { name in tag("li") { Parts.link(name, Address("/trackers", name)) } } }
        }
    }

    private func card(_ name: String) -> HTML {
        let sources = configuration.sources.filter { $0.mapping.name == name }.map(\.name)
        let destinations = configuration.destinations.filter { destination in
            if case .tracker(let writer) = destination.target { writer.mapping.name == name } else { false }
        }.map(\.name)
        return tag("article", .class("card")) {
            tag("h3") { Parts.link(configuration.catalog[name]?.tracker ?? name, Address("/trackers", name)) }
            if !sources.isEmpty { tag("p", text: "Source: \(sources.joined(separator: ", "))") }
            if !destinations.isEmpty { tag("p", text: "Destination: \(destinations.joined(separator: ", "))") }
        }
    }
}
