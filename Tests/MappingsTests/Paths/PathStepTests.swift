import Testing

@testable import Mappings

/// Each kind of step leads to the same value when it is read and when it is written.
struct PathStepTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var fields: String
        var body: String
        var reads: String
        /// The body that is written back; nil if it is the same.
        var writes: String?

        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "one position",
            fields: """
                "data[0].event": { is: order_id }
                "data[0].user.ids[0]": { is: click_id }
                "data[0].user.ids[1]": { is: session_id }
                """,
            body: #"{"data":[{"event":"A-1","user":{"ids":["c-1","s-1"]}}]}"#,
            reads: "order_id=A-1; click_id=c-1; session_id=s-1"),
        Case(
            name: "what is at other positions is kept",
            fields: #""codes[0].code": { is: coupon_code }"#,
            body: #"{"codes":[{"code":"ONE","type":"x"},{"code":"TWO"}]}"#,
            reads: #"coupon_code=ONE; extra={"codes[0].type":"x","codes[1]":{"code":"TWO"}}"#,
            writes: #"{"codes":[{"code":"ONE"}]}"#),
        Case(
            name: "the element of a name",
            fields: """
                "attributes[name=click_id].value": { is: click_id }
                "attributes[name=ref].value": { is: ref_code }
                id: { is: order_id, as: text(number) }
                """,
            body: #"{"attributes":[{"name":"colour","value":"red"},{"name":"ref","value":"r"},{"name":"click_id","value":"c-1"}],"id":7}"#,
            reads: #"order_id=7; click_id=c-1; ref_code=r; extra={"attributes[0]":{"name":"colour","value":"red"}}"#,
            writes: #"{"attributes":[{"name":"click_id","value":"c-1"},{"name":"ref","value":"r"}],"id":7}"#),
        Case(
            name: "the first of two elements of a name",
            fields: #""ids[type=gclid].id": { is: click_id }"#,
            body: #"{"ids":[{"type":"gclid","id":"one"},{"type":"gclid","id":"two"}]}"#,
            reads: #"click_id=one; extra={"ids[1]":{"id":"two","type":"gclid"}}"#,
            writes: #"{"ids":[{"type":"gclid","id":"one"}]}"#),
        Case(
            name: "a filter by a number",
            fields: #""ids[kind=3].id": { is: click_id }"#,
            body: #"{"ids":[{"kind":2,"id":"x"},{"kind":3,"id":"c-1"}]}"#,
            reads: #"click_id=c-1; extra={"ids[0]":{"id":"x","kind":2}}"#,
            writes: #"{"ids":[{"kind":"3","id":"c-1"}]}"#),
        Case(
            name: "a parameter of a URL, beside the URL itself",
            fields: """
                landing_site: { is: sub_ids.s1 }
                landing_site?ref: { is: ref_code }
                landing_site?gclid: { is: click_id }
                """,
            body: #"{"landing_site":"/sale?ref=r%201&x=2&gclid=g-1#top"}"#,
            reads: "click_id=g-1; ref_code=r 1; sub_ids.s1=/sale?ref=r%201&x=2&gclid=g-1#top",
            writes: #"{"landing_site":"/sale?ref=r%201&x=2&gclid=g-1#top"}"#),
        Case(
            name: "items two levels deep",
            fields: """
                "data[0].custom.contents[].id": { is: "items[].sku" }
                "data[0].custom.contents[].quantity": { is: "items[].quantity" }
                "data[0].event": { is: order_id }
                """,
            body: #"{"data":[{"custom":{"contents":[{"id":"A","quantity":2},{"id":"B","quantity":1}]},"event":"o"}]}"#,
            reads: "order_id=o; [sku=A quantity=2]; [sku=B quantity=1]"),
        Case(
            name: "items in a list of lists",
            fields: #""units[].lines[].sku": { is: "items[].sku" }"#,
            body: #"{"units":[{"lines":[{"sku":"A"}]},{"lines":[{"sku":"B"},{"sku":"C"}]}]}"#,
            reads: "[sku=A]; [sku=B]; [sku=C]",
            writes: #"{"units":[{"lines":[{"sku":"A"},{"sku":"B"},{"sku":"C"}]}]}"#),
        Case(
            name: "a member of an object within an item",
            fields: """
                "lines[].product.sku": { is: "items[].sku" }
                "lines[].count": { is: "items[].quantity" }
                """,
            body: #"{"lines":[{"product":{"sku":"A"},"count":1},{"product":{"sku":"B","x":1},"count":2}]}"#,
            reads: #"[sku=A quantity=1]; [sku=B quantity=2]; extra={"lines[1].product.x":1}"#,
            writes: #"{"lines":[{"product":{"sku":"A"},"count":1},{"product":{"sku":"B"},"count":2}]}"#),
        Case(
            name: "two lists of the same items, one of plain values",
            fields: """
                "contents[].id": { is: "items[].sku" }
                "names[]": { is: "items[].name" }
                """,
            body: #"{"contents":[{"id":"A"},{"id":"B"}],"names":["Apple","Pear"]}"#,
            reads: "[sku=A name=Apple]; [sku=B name=Pear]"),
        Case(
            name: "an object whose names are the items' own",
            fields: """
                "products{sku}.price": { is: "items[].unit_price" }
                "products{sku}.count": { is: "items[].quantity" }
                """,
            body: #"{"products":{"A":{"price":1.5,"count":2},"B":{"price":3,"count":1}}}"#,
            reads: "[sku=A quantity=2 unit_price=1.5]; [sku=B quantity=1 unit_price=3]"),
        Case(
            name: "an object of plain values",
            fields: #""cart{sku}": { is: "items[].quantity" }"#,
            body: #"{"cart":{"A":2,"B":1}}"#,
            reads: "[sku=A quantity=2]; [sku=B quantity=1]"),
        Case(
            name: "an object whatever its names are",
            fields: #""products{}.sku": { is: "items[].sku" }"#,
            body: #"{"products":{"x9":{"sku":"A"},"x4":{"sku":"B"}}}"#,
            reads: "[sku=A]; [sku=B]",
            writes: #"{"products":{"0":{"sku":"A"},"1":{"sku":"B"}}}"#),
        Case(
            name: "numbered members",
            fields: """
                order: { is: order_id }
                "ITEM{1..}": { is: "items[].sku" }
                "line{1..}_qty": { is: "items[].quantity", as: integer }
                """,
            body: #"{"order":"o","ITEM1":"A","line1_qty":2,"ITEM2":"B"}"#,
            reads: "order_id=o; [sku=A quantity=2]; [sku=B]",
            writes: #"{"order":"o","ITEM1":"A","ITEM2":"B","line1_qty":2}"#),
        Case(
            name: "a text of all items",
            fields: """
                skus: { is: "items[].sku", join: "|" }
                prices: { is: "items[].unit_price", join: "|" }
                """,
            body: #"{"skus":"A|B|C","prices":"1.5||3"}"#,
            reads: "[sku=A unit_price=1.5]; [sku=B]; [sku=C unit_price=3]"),
        Case(
            name: "a composed text of all items",
            fields: #"parts: { form: "{items[].category}:{items[].total | decimal}", join: "|" }"#,
            body: #"{"parts":"DEFAULT:49.9|BOOKS:10"}"#,
            reads: "[category=DEFAULT total=49.9]; [category=BOOKS total=10]"),
        Case(
            name: "a composed text in a list",
            fields: #""lines[]": { form: "AW:{items[].sku}:{items[].quantity}" }"#,
            body: #"{"lines":["AW:A:2","AW:B:1"]}"#,
            reads: "[sku=A quantity=2]; [sku=B quantity=1]"),
        Case(
            name: "a list that is one text",
            fields: """
                "tags[]": { is: sub_ids.s1, join: "," }
                "labels[].name": { is: sub_ids.s2, join: ", " }
                """,
            body: #"{"tags":["a","b"],"labels":[{"name":"x"},{"name":"y"}]}"#,
            reads: "sub_ids.s1=a,b; sub_ids.s2=x, y"),
        Case(
            name: "a list below an item",
            fields: """
                "lines[].sku": { is: "items[].sku" }
                "lines[].taxes[].amount": { is: "items[].discount", take: sum }
                "lines[].tags[]": { is: "items[].category", join: "/" }
                """,
            body: #"{"lines":[{"sku":"A","taxes":[{"amount":"1.10"},{"amount":2}],"tags":["x","y"]},{"sku":"B"}]}"#,
            reads: "[sku=A category=x/y discount=3.1]; [sku=B]",
            writes: #"{"lines":[{"sku":"A","tags":["x","y"]},{"sku":"B"}]}"#),
    ]

    @Test(arguments: cases)
    func `a step is read and written alike`(one: Case) throws {
        let sample = try PathSample(one.fields)
        #expect(sample.read(json: one.body) == one.reads)
        let request = WireRequest(
            method: "POST", path: "/p", headers: [("Content-Type", "application/json")], body: Array(one.body.utf8))
        #expect(try sample.write(sample.conversion(of: request).get()) == one.writes ?? one.body)
    }

    @Test(arguments: [
        ("first", "currency=EUR; amount=EUR 1.00"), ("last", "currency=EUR; amount=EUR 3.00"), ("sum", "currency=EUR; amount=EUR 6.005"),
    ])
    func `one value of several is taken`(take: String, reads: String) throws {
        let sample = try PathSample(
            """
            "refunds[].parts[].total": { is: amount, as: money(major), take: \(take) }
            currency: { is: currency }
            """)
        let body = #"{"currency":"EUR","refunds":[{"parts":[{"total":"1.00"},{"total":null}]},{"parts":[{"total":2.005},{"total":3}]}]}"#
        let extra = take == "sum" ? "; ! refunds[].parts[].total '2.005' has 3 decimals and EUR has 2; all are kept" : ""
        #expect(sample.read(json: body).sortedWords == (reads + extra).sortedWords)
        #expect(try sample.write(PathSample.conversion([.amount: "1", .currency: "EUR"])) == #"{"currency":"EUR"}"#)
    }

    @Test func `the elements of a list are counted`() throws {
        let sample = try PathSample(#""lines[]": { is: sub_ids.s1, take: count }"#)
        #expect(sample.read(json: #"{"lines":[{},{},{}]}"#) == "sub_ids.s1=3")
    }

    @Test func `an alias with a dot or bracket leads from the top, a bare one is beside the field`() throws {
        let sample = try PathSample(
            """
            meta.click: { is: click_id, aliases: [cid, "notes[name=click].value", "landing?gclid"] }
            """)
        #expect(sample.read(json: #"{"meta":{"cid":"c-1"}}"#) == "click_id=c-1")
        #expect(sample.read(json: #"{"notes":[{"name":"click","value":"c-2"}]}"#) == "click_id=c-2")
        #expect(sample.read(json: #"{"meta":{"landing":"https://shop.example/?gclid=c-3"}}"#) == "click_id=c-3")
    }

    @Test func `an alias of an item's field is another list`() throws {
        let sample = try PathSample(#""lines[].sku": { is: "items[].sku", aliases: [id, "skus[]"] }"#)
        #expect(sample.read(json: #"{"lines":[{"sku":"A"},{"id":"B"}]}"#) == "[sku=A]; [sku=B]")
        #expect(sample.read(json: #"{"skus":["A","B"]}"#) == "[sku=A]; [sku=B]")
    }

    @Test func `lists of the same items have the same length`() throws {
        let sample = try PathSample(
            """
            "contents[].id": { is: "items[].sku" }
            names: { is: "items[].name", join: "," }
            """)
        #expect(
            sample.read(json: #"{"contents":[{"id":"A"},{"id":"B"}],"names":"x"}"#)
                == "refused: names has 1 value and contents has 2; both say what is in the same items")
    }

    @Test func `what is wrong in a list is named by its place`() throws {
        let sample = try PathSample(
            """
            "orders[].lines[].count": { is: "items[].quantity" }
            "data[0].id": { is: order_id }
            "ITEM{1..}": { is: "items[].sku", length: 1..3 }
            """)
        #expect(
            sample.read(json: #"{"orders":[{"lines":[{"count":"x"}]}]}"#)
                == "refused: orders[].lines[0].count 'x' is not a number; write plain digits with a point for decimals, such as 1234.56")
        #expect(sample.read(json: #"{"data":[5]}"#) == "refused: data[0] must be an object, found '5'")
        #expect(sample.read(json: #"{"ITEM2":"ABCD"}"#) == "refused: ITEM2 has 4 characters; 1 to 3 are allowed")
        #expect(sample.read(json: #"{"orders":[{"lines":"x"}]}"#) == "refused: orders[0].lines must be a list, found 'x'")
    }

    @Test func `a text that is not composed as it must be is refused`() throws {
        let sample = try PathSample(#"parts: { form: "{items[].sku}:{items[].quantity}", join: "|" }"#)
        #expect(
            sample.read(json: #"{"parts":"A:1|B"}"#)
                == "refused: parts 'B' does not have the form {items[].sku}:{items[].quantity}")
        #expect(try sample.write(PathSample.conversion([:], items: [PathSample.item([.sku: "A"])])) == "{}")
    }

    @Test func `a value that holds the separator skips the delivery, or is written without it`() throws {
        let items = [try PathSample.item([.sku: "A|1"]), try PathSample.item([.sku: "B"])]
        let strict = try PathSample(#"skus: { is: "items[].sku", join: "|" }"#)
        #expect(
            try strict.write(PathSample.conversion([:], items: items))
                == "skipped: skus: 'A|1' holds '|', which separates the items of Acme")
        let lenient = try PathSample(#"skus: { is: "items[].sku", join: { by: "|", instead: " " } }"#)
        #expect(
            try lenient.write(PathSample.conversion([:], items: items)) == #"{"skus":"A 1|B"} ! skus: '|' in 'A|1' was replaced by ' '"#)
    }

    @Test func `an object has one place for each name`() throws {
        let sample = try PathSample(#""products{sku}.count": { is: "items[].quantity" }"#)
        let item = try PathSample.item([.sku: "A", .quantity: "1"])
        #expect(
            try sample.write(PathSample.conversion([:], items: [item, item]))
                == "skipped: Acme has one place for each products{sku}, and two items are 'A'")
        #expect(
            try sample.write(PathSample.conversion([:], items: [PathSample.item([.quantity: "1"])]))
                == "skipped: Acme requires products{sku}, but an item of this conversion has no sku")
    }

    @Test func `an empty element keeps the places of those behind it`() throws {
        let sample = try PathSample(
            """
            "ids[0]": { is: click_id }
            "ids[1]": { is: session_id }
            "rows[0].a": { is: ref_code }
            "rows[1].a": { is: coupon_code }
            """)
        #expect(
            try sample.write(PathSample.conversion([.sessionID: "s", .couponCode: "c"])) == #"{"ids":[null,"s"],"rows":[{},{"a":"c"}]}"#)
        #expect(try sample.write(PathSample.conversion([.clickID: "c"])) == #"{"ids":["c"]}"#)
        #expect(sample.read(json: #"{"ids":[null,"s"],"rows":[{},{"a":"c"}]}"#) == "session_id=s; coupon_code=c")
    }

    @Test func `one element in the place of a list is read as the list`() throws {
        let sample = try PathSample(
            """
            "data[0].id": { is: order_id }
            "skus[]": { is: "items[].sku" }
            """)
        #expect(
            sample.read(json: #"{"data":{"id":"o"},"skus":"A"}"#)
                == "order_id=o; [sku=A]; ! data is one element instead of a list; it was read as a list of one; "
                + "! skus is one item instead of a list; it was read as a list of one")
    }
}

extension String {
    fileprivate var sortedWords: [String] { split(separator: "; ").map(String.init).sorted() }
}
