import Mappings
import Rules

extension Console {
    /// `GET /conversions/ID`: everything that is known of one conversion.
    func trace(_ request: ConsoleRequest, _ visitor: Visitor, _ text: String) async throws -> ConsoleReply {
        let rows = try await ConversionLookup(text: text, store: store).candidates()
        guard let row = rows.first else {
            throw ConsoleRefusal(404, "There is no conversion \(text.quotedBriefly).", "Look everywhere with the box above.")
        }
        guard rows.count == 1 else { return .see(Address("/find", query: [("q", text)])) }
        let version = current
        let trace = try await ConversionTrace(row, in: store, version.configuration)
        if row.root != nil { return .see(Address("/conversions", trace.first.row.id.description)) }
        let reading = trace.first.request.map {
            RequestReading(
                $0, from: trace.first.row.source, at: trace.first.row.receivedAt, id: trace.first.row.id, by: version.reception)
        }
        return .page(
            TracePage(
                trace: trace, reading: reading, visitor: visitor, now: clock.now(), gateway: version.configuration.listen,
                sent: request.query["sent"].flatMap { Int($0) }
            ).html)
    }
}

/// One conversion: where it went, what came in, and what happened when.
struct TracePage {
    let trace: ConversionTrace
    /// Nil if the raw request was pruned.
    let reading: RequestReading?
    let visitor: Visitor
    let now: Timestamp
    let gateway: ListenAddress
    /// How many deliveries were just made due.
    var sent: Int?

    private var row: ConversionRow { trace.present }
    private var first: ConversionTrace.Message { trace.first }

    var html: HTML {
        PageFrame(
            title: row.orderID.map { "Order \($0)" } ?? row.headline, visitor: visitor, sought: row.orderID ?? "", isMoving: isMoving
        ).html {
            title
            if let sent { SentPart(count: sent).html }
            destinations
            content
            TimelinePart(trace: trace, visitor: visitor).html
            raw
        }
    }

    /// Something of it is sent within seconds.
    private var isMoving: Bool {
        ([first] + trace.corrections).flatMap(\.deliveries).contains {
            $0.row.state == .pending && ($0.row.nextAttempt.map { $0 < now.advanced(by: .seconds(10)) } ?? false)
        }
    }

    private var title: HTML {
        fragment {
            tag("h1") {
                HTML.text(row.headline)
                if let order = row.orderID {
                    HTML.text(" · order ")
                    Parts.value(order)
                }
            }
            tag("p", .class("facts")) {
                HTML.text("From \(row.source) (\(row.tracker)), received ")
                Parts.time(first.row.receivedAt)
                if let status = row.status { HTML.text(", status \(status)") }
                if let refunded = row.refunded { HTML.text(", \(row.currency ?? "") \(refunded) taken back") }
            }
            tag("p", .class("facts")) {
                HTML.text("Conversion ")
                tag("code", .id("conversion-id"), text: first.row.id.description)
                Parts.copyButton("conversion-id", "Copy the id")
            }
        }
    }

    // MARK: Where it went

    private var destinations: HTML {
        tag("section") {
            tag("h2", text: "Where it went")
            if first.deliveries.isEmpty, trace.corrections.allSatisfy({ $0.deliveries.isEmpty }) {
                Parts.note("To no destination: no route took it. Below is what each route wanted.")
            }
            first.deliveries.map { DeliveryPart(row: $0.row, attempts: $0.attempts, visitor: visitor, now: now).html }
            trace.corrections.enumerated().map { index, message in
                message.deliveries.map {
                    DeliveryPart(row: $0.row, attempts: $0.attempts, visitor: visitor, now: now, correction: index + 1).html
                }
            }.flatMap(\.self)
            obstacles
        }
    }

    @HTMLBuilder private var obstacles: HTML {
        let then = first.unrouted?.then ?? []
        let now = first.unrouted?.now ?? []
        if !then.isEmpty || !now.isEmpty {
            tag("h3", text: "Not sent to")
            tag("ul", .class("plain")) {
                then.map { tag("li", text: "\($0.sentence) (as the routes were when it came)") }
                now.map { tag("li", text: "\($0.sentence) (as the routes are now)") }
            }
        }
    }

    // MARK: What came in

    private var content: HTML {
        tag("section") {
            tag("h2", text: trace.corrections.isEmpty ? "What it says" : "What it says now")
            if let conversion = try? Conversion(document: row.document) {
                fields(of: conversion)
                if !conversion.warnings.isEmpty {
                    tag("h3", text: "Warnings")
                    tag("ul", .class("plain")) { conversion.warnings.map { tag("li", .class("warn"), text: $0) } }
                }
            } else {
                Parts.note("What is stored of it cannot be read.")
            }
            if let key = reading?.key, !key.isEmpty { Parts.note("A later request with \(key) counts as the same conversion.") }
            if let refusal = reading?.refusal { Parts.note("Today's configuration would refuse this request: \(refusal.reason)") }
        }
    }

    private func fields(of conversion: Conversion) -> HTML {
        let rows = ConversionFields(conversion, origins: reading?.origins ?? [:]).rows.filter { visitor.sees(field: $0.name) }
        return fragment {
            Parts.table(
                "Fields of the conversion", ["Field", "Value", "Came from"],
                rows.map { [tag("code", text: $0.name), Parts.value($0.value), origin($0)] })
            if !visitor.seesPayloads { Parts.note("What says something of the buyer is not shown to \(visitor.name).") }
        }
    }

    private func origin(_ row: ConversionFields.Row) -> HTML {
        if row.origin.isEmpty {
            return tag("span", .class("faint"), text: reading == nil ? "its request was pruned" : "a correction or an older mapping")
        }
        return tag("span", .class("origin"), text: row.origin)
    }

    @HTMLBuilder private var raw: HTML {
        if visitor.seesPayloads {
            tag("section") {
                tag("h2", text: "The request as it came")
                if let request = first.request {
                    rawRequest(request)
                } else {
                    Parts.note("The raw request was pruned, as `retention` says.")
                }
            }
        }
    }

    private func rawRequest(_ request: StoredRequest) -> HTML {
        let copied = CopiedRequest(request: request, address: gateway)
        return fragment {
            Parts.note("Credentials are replaced by ***.")
            Parts.block(Listing.lines(of: request).joined(separator: "\n"), id: "raw")
            Parts.copyButton("raw", "Copy the request")
            Parts.details("As a curl command") {
                Parts.block(copied.curl, id: "curl")
                Parts.copyButton("curl", "Copy as curl")
            }
            if let conversion = reading?.conversion {
                Parts.details("As an example for the mapping") {
                    Parts.block(copied.example(named: row.orderID.map { "order \($0)" } ?? row.headline, conversion), id: "example")
                    Parts.copyButton("example", "Copy as an example")
                }
            }
        }
    }
}

extension Visitor {
    /// Whether the value may be shown: what says something of the buyer may not, to a viewer without payloads.
    func sees(field name: String) -> Bool {
        seesPayloads || !(name.hasPrefix("customer.") || ["extra", "metadata", "page_url"].contains(name) || name.hasPrefix("sub_ids."))
    }
}
