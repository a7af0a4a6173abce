import Mappings
import Rules

extension Console {
    /// `GET /find?q=…`: by index at once; else portion by portion, newest first, for as long as a page may take.
    func find(_ request: ConsoleRequest, _ visitor: Visitor) async throws -> ConsoleReply {
        guard let sought = SoughtText(request.query["q"] ?? "") else { return .page(FindPage(search: nil, visitor: visitor).html) }
        let place = request.query["before"].flatMap { ConversionID($0) }
        let search = try await FindSearch(sought, before: place, in: store, now: clock.now)
        // One hit for an id is what was meant.
        if place == nil, search.isIndexed, search.found.count == 1, case .conversion(let row) = search.found[0].place {
            return .see(Address("/conversions", row.id.description))
        }
        return .page(FindPage(search: search, visitor: visitor).html)
    }
}

/// A search that ends in time, and knows what it has looked at.
struct FindSearch {
    let sought: SoughtText
    private(set) var found: [Found] = []
    /// Ids with an index answered, and nothing else was read.
    private(set) var isIndexed = false
    /// Conversions and corrections that were read, and when the oldest of them came.
    private(set) var count = 0
    private(set) var since: Timestamp?
    /// Refused requests that were read.
    private(set) var refused: FindReport.Searched?
    /// Where to go on; nil if all was read.
    private(set) var next: ConversionID?
    /// Not the first portion.
    let isContinued: Bool

    /// Conversions of one portion, and how long a page may look.
    private static let portion = 500
    private static let patience = Duration.milliseconds(120)
    private static let newest = ConversionID(high: .max, low: .max)
    private static let refusedRequests = 50
    /// Hits of a page.
    private static let most = 50

    init(
        _ sought: SoughtText, before place: ConversionID?, in store: any ReadingStore, now: @Sendable () -> Timestamp
    ) async throws(StoreError) {
        self.sought = sought
        isContinued = place != nil
        let start = now()
        if place == nil {
            found = try await store.findIndexed(sought)
            isIndexed = !found.isEmpty
            for hit in try await store.findWaiting(sought) { found.append(hit) }
            try await readRefused(in: store, since: start, now)
            if isIndexed { return }
        }
        next = place ?? Self.newest
        repeat {
            guard let place = next else { break }
            let portion = try await store.find(sought, before: place, limit: Self.portion)
            add(portion)
        } while next != nil && found.count < Self.most && start.duration(to: now()) < Self.patience
        cut()
    }

    /// A page of hits; the next page begins behind its last one.
    private mutating func cut() {
        guard found.count > Self.most, case .conversion(let last) = found[Self.most - 1].place else { return }
        found = Array(found.prefix(Self.most))
        next = last.id
    }

    /// The newest of them, since a page may not take long.
    private mutating func readRefused(
        in store: any ReadingStore, since start: Timestamp, _ now: @Sendable () -> Timestamp
    ) async throws(StoreError) {
        var searched = FindReport.Searched("refused request", count: 0)
        repeat {
            let portion = try await store.findRefused(sought, offset: searched.count, limit: Self.refusedRequests)
            for hit in portion.found where !holds(hit) { found.append(hit) }
            searched.count += portion.count
            searched.since = portion.since ?? searched.since
            if portion.count < Self.refusedRequests { break }
        } while start.duration(to: now()) < Self.patience / 2
        refused = searched
    }

    private mutating func add(_ portion: FindPortion) {
        for hit in portion.found where !holds(hit) { found.append(hit) }
        count += portion.count
        since = portion.since ?? since
        next = portion.next
    }

    /// A history may reach over two portions.
    private func holds(_ hit: Found) -> Bool {
        found.contains { known in
            switch (known.place, hit.place) {
            case (.conversion(let one), .conversion(let other)): one.id == other.id
            case (.refused(let one), .refused(let other)): one.id == other.id
            default: false
            }
        }
    }
}

/// What a search found, what it looked at, and what to try.
struct FindPage {
    /// Nil if nothing was sought.
    let search: FindSearch?
    let visitor: Visitor

    var html: HTML {
        PageFrame(title: "Find", visitor: visitor, sought: search?.sought.text ?? "").html {
            if let search {
                tag("h1") {
                    HTML.text(search.found.isEmpty ? "Nothing found of " : "\(search.found.count) found of ")
                    Parts.value(search.sought.text)
                }
                tag("ul", .class("hits")) { search.found.map { HitPart(found: $0).html } }
                tag("p", .class("note"), text: looked(search))
                more(search)
                if search.found.isEmpty, search.next == nil { Self.advice }
            } else {
                tag("h1", text: "Find a conversion")
                Parts.note("Type an order id, a click id, an e-mail address, the tracker's own id, or the beginning of a conversion's id.")
            }
        }
    }

    private func looked(_ search: FindSearch) -> String {
        let refused = search.refused.map { $0.text + ($0.since.map { " back to \($0)" } ?? "") }
        let andRefused = refused.map { ", and through \($0)" } ?? ""
        if search.isIndexed { return "Looked at the ids of all conversions and deliveries\(andRefused)." }
        let conversions = search.count.of("conversion or correction", "conversions and corrections")
        let since = search.since.map { " back to \($0)" } ?? ""
        return "Looked at the ids of all conversions; in all values, repeats and trackers' replies of \(conversions)\(since)\(andRefused)."
    }

    @HTMLBuilder private func more(_ search: FindSearch) -> HTML {
        if let next = search.next {
            tag("p") {
                tag(
                    "a", .class("button"),
                    .href(Address("/find", query: [("q", search.sought.text), ("before", next.description)])), text: "Search further back")
            }
        }
    }

    private static let advice: HTML = fragment {
        tag("h2", text: "Where it can be")
        tag("ul") {
            tag("li", text: "It never reached the gateway: ask the sender for the answer that he got, and when.")
            tag("li") {
                HTML.text("It came to a path that no tracker has, or was no HTTP: ")
                Parts.link("requests that reached no tracker", Address("/refused", query: [("kind", "unrouted")]))
                HTML.text(".")
            }
            tag("li", text: "It is written otherwise: a part of an order id is not found; try the click id or the e-mail address.")
            tag("li", text: "The gateway asked the sender to come back (503, 429); the log says so.")
        }
    }
}

/// One hit of a search.
struct HitPart {
    let found: Found

    var html: HTML {
        tag("li", .class("card")) {
            switch found.place {
            case .conversion(let row): conversion(row)
            case .refused(let row): refused(row)
            case .waiting(let row): waiting(row)
            }
            tag("p", .class("faint"), text: "Matched: \(found.matched.joined(separator: ", "))")
        }
    }

    private func conversion(_ row: ConversionRow) -> HTML {
        fragment {
            tag("h3") {
                tag("a", .href(Address("/conversions", row.id.description))) {
                    HTML.text(row.headline)
                    if let order = row.orderID {
                        HTML.text(", order ")
                        Parts.value(order)
                    }
                }
            }
            tag("p") {
                HTML.text("From \(row.source), ")
                Parts.time(row.receivedAt)
            }
        }
    }

    private func refused(_ row: RefusedRow) -> HTML {
        fragment {
            tag("h3") {
                tag("a", .href(Address("/refused", "\(row.id)")), text: "Refused request \(row.id)")
                HTML.text(" ")
                tag("span", .class("badge bad"), text: "\(row.refused.status) \(row.refused.code)")
            }
            tag("p", .class("reason"), text: row.refused.reason)
            tag("p") {
                HTML.text("From \(row.refused.source ?? "a stranger"), ")
                Parts.time(row.refused.receivedAt)
                if let known = row.replayedAs {
                    HTML.text("; run again as ")
                    Parts.link(known.description, Address("/conversions", known.description))
                }
            }
        }
    }

    private func waiting(_ row: WaitingRow) -> HTML {
        fragment {
            tag("h3", text: "A correction that waits for its conversion")
            tag("p", .class("reason"), text: row.says)
            tag("p") {
                HTML.text("From \(row.source), ")
                Parts.time(row.receivedAt)
            }
        }
    }
}
