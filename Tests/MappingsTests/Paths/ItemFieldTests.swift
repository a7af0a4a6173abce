import Testing

@testable import Mappings

/// The fields of items take what other fields take.
struct ItemFieldTests {
    @Test func `words, lengths and defaults hold for each item`() throws {
        let sample = try PathSample(
            """
            "lines[].kind": { is: "items[].category", values: { B: books, T: toys }, other: various }
            "lines[].sku": { is: "items[].sku", length: 1..4 }
            "lines[].name": { is: "items[].name", values: { one: First } }
            """)
        #expect(
            sample.read(json: #"{"lines":[{"kind":"B","sku":"A"},{"kind":"X","name":"one"}]}"#)
                == "[sku=A category=books]; [name=First category=various]")
        #expect(sample.read(json: #"{"lines":[{},{"sku":"ABCDE"}]}"#) == "refused: lines[1].sku has 5 characters; 1 to 4 are allowed")
        #expect(sample.read(json: #"{"lines":[{"name":"two"}]}"#) == "refused: lines[0].name 'two' is not one of one")
        let item = try PathSample.item([.category: "toys", .sku: "A"])
        #expect(try sample.write(PathSample.conversion([:], items: [item])) == #"{"lines":[{"kind":"T","sku":"A"}]}"#)
        #expect(
            try sample.write(PathSample.conversion([:], items: [PathSample.item([.category: "games"])]))
                == "skipped: Acme has no word for lines[].kind 'games'; it takes books, toys")
        #expect(
            try sample.write(PathSample.conversion([:], items: [PathSample.item([.sku: "ABCDE"])]))
                == "skipped: lines[].sku has 5 characters; Acme takes at most 4")
    }

    @Test func `a field is required of the items that its condition is true for`() throws {
        let sample = try PathSample(
            """
            "lines[].sku": { is: "items[].sku" }
            "lines[].price": { is: "items[].unit_price", required: 'exists(sku) and not (sku == "GIFT")' }
            """)
        #expect(sample.read(json: #"{"lines":[{"sku":"GIFT"},{"sku":"A","price":1}]}"#) == "[sku=GIFT]; [sku=A unit_price=1]")
        #expect(sample.read(json: #"{"lines":[{"sku":"GIFT"},{"sku":"A"}]}"#) == "refused: lines[1].price is required")
        #expect(
            try sample.write(PathSample.conversion([:], items: [PathSample.item([.sku: "A"])]))
                == "skipped: Acme requires lines[].price, but an item of this conversion has no unit_price")
        #expect(try sample.write(PathSample.conversion([:], items: [PathSample.item([.sku: "GIFT"])])) == #"{"lines":[{"sku":"GIFT"}]}"#)
    }

    @Test func `out is worked out for each item and knows its parts`() throws {
        let sample = try PathSample(
            """
            "lines[].id": { is: "items[].sku", out: 'coalesce(sku, name, "none")' }
            "lines[].sum": { as: "money(minor)", out: "unit_price * quantity" }
            "lines[].order": { out: order_id }
            """)
        let items = [
            try PathSample.item([.name: "Pear", .unitPrice: "1.25", .quantity: "2"]), try PathSample.item([.sku: "B"]),
        ]
        #expect(
            try sample.write(PathSample.conversion([.orderID: "o", .currency: "EUR"], items: items))
                == #"{"lines":[{"id":"Pear","sum":250,"order":"o"},{"id":"B","order":"o"}]}"#)
        #expect(try sample.write(PathSample.conversion([.orderID: "o"])) == "{}")
    }

    @Test func `line makes the one line of an order without items`() throws {
        let sample = try PathSample(
            """
            "lines[].sku": { is: "items[].sku", line: 'coalesce(offer, "ORDER")' }
            "lines[].pieces": { is: "items[].quantity", line: "1", required: true }
            "lines[].price": { is: "items[].unit_price", line: amount }
            "lines[].kind": { out: '"goods"' }
            """)
        #expect(
            try sample.write(PathSample.conversion([.amount: "9.50"]))
                == #"{"lines":[{"sku":"ORDER","pieces":1,"price":9.5,"kind":"goods"}]}"#)
        let item = try PathSample.item([.sku: "A", .quantity: "2"])
        #expect(
            try sample.write(PathSample.conversion([.amount: "9.50"], items: [item]))
                == #"{"lines":[{"sku":"A","pieces":2,"kind":"goods"}]}"#)
    }

    @Test(arguments: [
        ([Item.Part.total: "30", .quantity: "4"], "7.5", "30"),
        ([.total: "27", .discount: "3", .quantity: "4"], "7.5", "27"),
        ([.unitPrice: "7.5", .quantity: "4", .discount: "3"], "7.5", "27"),
        ([.unitPrice: "1.10", .quantity: "3"], "1.1", "3.3"),
        ([.total: "10", .quantity: "3"], "3.33333333333333333333", "10"),
        ([.total: "5"], "5", "5"),
        ([.unitPrice: "0.1", .total: "0.25", .quantity: "3"], "0.1", "0.25"),
    ])
    func `a line's total gives the price of a piece, and the price gives the total`(
        parts: [Item.Part: String], price: String, total: String
    ) throws {
        let sample = try PathSample(
            """
            "l[].p": { is: "items[].unit_price" }
            "l[].t": { is: "items[].total" }
            """)
        let conversion = try PathSample.conversion([:], items: [PathSample.item(parts)])
        #expect(sample.write(conversion) == #"{"l":[{"p":\#(price),"t":\#(total)}]}"#)
        #expect(conversion.items[0] == (try PathSample.item(parts)))
    }

    @Test func `a line of nothing has no price`() throws {
        let sample = try PathSample(#""l[].p": { is: "items[].unit_price" }"#)
        #expect(try sample.write(PathSample.conversion([:], items: [PathSample.item([.total: "1", .quantity: "0"])])) == #"{"l":[{}]}"#)
    }

    @Test func `line totals are summed up without their quantities`() throws {
        let mapping = try Samples.compile(
            """
            tracker: Acme
            request: { method: POST, path: /p, body: json }
            fields:
              currency: { is: currency }
              "lines[].cents": { is: "items[].total", as: "money(minor)" }
              "lines[].n": { is: "items[].quantity" }
            computed:
              amount: sum(items, total)
              discount: round(sum(items, unit_price * quantity) - sum(items, total), 10)

            """)
        let body = #"{"currency":"EUR","lines":[{"cents":1000,"n":3},{"cents":1,"n":1}]}"#
        let request = WireRequest(method: "POST", path: "/p", headers: [], body: Array(body.utf8))
        let conversion = try Samples.outcome(of: request, mapping, MappingReader(mapping)).get()
        #expect(conversion.exampleText("amount") == "EUR 10.01")
        #expect(conversion.exampleText("discount") == "EUR 0.00")
        #expect(conversion.exampleText("items[0].total") == "10")
    }

    @Test func `one part may have two names`() throws {
        let sample = try PathSample(
            """
            "lines[].id": { is: "items[].sku" }
            "lines[].sku": { is: "items[].sku" }
            "ids[]": { is: "items[].sku" }
            "lines[].n": { is: "items[].quantity" }
            "lines[].count": { is: "items[].quantity", default: "1" }
            """)
        #expect(
            sample.read(json: #"{"lines":[{"id":"A","sku":"A","n":2},{"sku":"B","count":3}],"ids":["A","B"]}"#)
                == "[sku=A quantity=2]; [sku=B quantity=3]")
        let items = [try PathSample.item([.sku: "A", .quantity: "2"]), try PathSample.item([.sku: "B"])]
        #expect(
            try sample.write(PathSample.conversion([:], items: items))
                == #"{"lines":[{"id":"A","sku":"A","n":2,"count":2},{"id":"B","sku":"B"}],"ids":["A","B"]}"#)
    }

    @Test(arguments: [("EUR", "4990", "49.9"), ("JPY", "1980", "1980"), ("KWD", "5124", "5.124")])
    func `a line's total in minor units is read and written in the order's currency`(currency: String, wire: String, total: String) throws {
        let sample = try PathSample(
            """
            "lines[].total": { is: "items[].total", as: money(minor) }
            currency: { is: currency }
            """)
        let body = #"{"lines":[{"total":\#(wire)}],"currency":"\#(currency)"}"#
        #expect(sample.read(json: body).contains("total=\(total)"), "\(sample.read(json: body))")
        #expect(try sample.write(PathSample.conversion([.currency: currency], items: [PathSample.item([.total: total])])) == body)
    }
}
