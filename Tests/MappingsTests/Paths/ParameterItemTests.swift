import Testing

@testable import Mappings

/// Items in a query or a form, which today's networks send in many ways.
struct ParameterItemTests {
    private static let query = "{ method: GET, path: /p }"
    private static let form = "{ method: POST, path: /p, body: form }"

    @Test func `numbered parameters are items in the order of their numbers`() throws {
        let sample = try PathSample(
            """
            OID: { is: order_id }
            "ITEM{1..}": { is: "items[].sku", required: true }
            "AMT{1..}": { is: "items[].unit_price" }
            "QTY{1..}": { is: "items[].quantity", as: integer }
            """, request: Self.query)
        let query = "OID=o&ITEM1=A&AMT1=1.5&QTY1=2&ITEM2=B&AMT2=3&QTY2=1"
        #expect(sample.read(query: query) == "order_id=o; [sku=A quantity=2 unit_price=1.5]; [sku=B quantity=1 unit_price=3]")
        #expect(
            sample.read(query: "QTY10=1&ITEM10=J&ITEM2=B&OID=o&AMT2=3&QTY2=1&AMT10=9&ITEM02=x&ITEM0=y")
                == #"order_id=o; [sku=B quantity=1 unit_price=3]; [sku=J quantity=1 unit_price=9]; extra={"ITEM0":"y","ITEM02":"x"}"#)
        #expect(sample.read(query: "OID=o&AMT3=1") == "refused: ITEM3 is required")
        #expect(sample.read(query: "ITEM1=A&AMT1=x").hasPrefix("refused: AMT1 'x' is not a number"))
        let conversion = try sample.conversion(of: WireRequest(method: "GET", path: "/p", query: query)).get()
        #expect(sample.write(conversion) == query)
    }

    @Test func `items are numbered from 0 if the tracker begins there`() throws {
        let sample = try PathSample(#""item{0..}_id": { is: "items[].sku" }"#, request: Self.query)
        #expect(sample.read(query: "item0_id=A&item1_id=B") == "[sku=A]; [sku=B]")
        let items = [try PathSample.item([.sku: "A"]), try PathSample.item([.sku: "B"])]
        #expect(try sample.write(PathSample.conversion([:], items: items)) == "item0_id=A&item1_id=B")
    }

    @Test func `names in brackets are written as the file spells them, and read in either spelling`() throws {
        let sample = try PathSample(
            """
            "items[][price]": { is: "items[].unit_price" }
            "items[][sku]": { is: "items[].sku" }
            "customer[email]": { is: customer.email }
            """, request: Self.form)
        let form = "items[0][price]=1&items[0][sku]=A&items[1][sku]=B&customer[email]=a@b.example"
        let reads = "customer.email=a@b.example; [sku=A unit_price=1]; [sku=B]"
        #expect(sample.read(form: form) == reads)
        #expect(sample.read(form: "items.0.sku=A&items.1.sku=B&items.0.price=1&customer.email=a@b.example") == reads)
        let items = [try PathSample.item([.sku: "A", .unitPrice: "1"]), try PathSample.item([.sku: "B"])]
        let written = try sample.request(for: PathSample.conversion([.customerEmail: "a@b.example"], items: items))
        #expect(String(decoding: written.body, as: UTF8.self).percentDecoded == form)
    }

    @Test func `a parameter may come several times if it is a list`() throws {
        let sample = try PathSample(
            """
            "sku[]": { is: "items[].sku" }
            "tag[]": { is: sub_ids.s1, join: "," }
            id: { is: order_id }
            """, request: Self.query)
        #expect(sample.read(query: "id=1&sku[]=A&tag[]=x&sku[]=B&tag[]=y") == "order_id=1; sub_ids.s1=x,y; [sku=A]; [sku=B]")
        #expect(sample.read(query: "sku=A&sku=A") == "[sku=A]; [sku=A]")
        #expect(sample.read(query: "id=1&id=2") == "refused: id was sent twice, as '1' and '2'")
        var conversion = try PathSample.conversion([:], items: [PathSample.item([.sku: "A"]), PathSample.item([.sku: "B"])])
        conversion.setSubID("s1", "x,y")
        #expect(sample.write(conversion) == "sku[]=A&sku[]=B&tag[]=x&tag[]=y")
    }

    @Test func `joined texts and amounts in minor units`() throws {
        let sample = try PathSample(
            """
            skulist: { is: "items[].sku", join: "|" }
            qlist: { is: "items[].quantity", join: "|" }
            amtlist: { is: "items[].total", as: "money(minor)", join: "|" }
            cur: { is: currency }
            """, request: Self.query)
        let query = "skulist=A|B&qlist=1|2&amtlist=1000|250&cur=USD"
        #expect(sample.read(query: query) == "currency=USD; [sku=A quantity=1 total=10]; [sku=B quantity=2 total=2.5]")
        #expect(
            sample.read(query: "skulist=A|B&qlist=1&cur=USD")
                == "refused: qlist has 1 value and skulist has 2; both say what is in the same items")
        #expect(sample.read(query: "skulist=A|B&amtlist=1|x&cur=USD").hasPrefix("refused: amtlist[1] 'x' is not a number"))
        let items = [
            try PathSample.item([.sku: "A", .quantity: "1", .unitPrice: "10"]),
            try PathSample.item([.sku: "B", .quantity: "2", .unitPrice: "1.25"]),
        ]
        #expect(try sample.write(PathSample.conversion([.currency: "USD"], items: items)) == query)
    }

    @Test func `a parameter of a URL that is a parameter`() throws {
        let sample = try PathSample(
            """
            url: { is: sub_ids.s1 }
            url?cid: { is: click_id }
            """, request: Self.query)
        #expect(
            sample.read(query: "url=https%3A%2F%2Fshop.example%2F%3Fcid%3Dc%252F1%26x%3D2")
                == "click_id=c/1; sub_ids.s1=https://shop.example/?cid=c%2F1&x=2")
    }

    @Test func `a form of a tracker that writes JSON has items too`() throws {
        let sample = try PathSample(
            """
            "lines[].sku": { is: "items[].sku" }
            order.id: { is: order_id }
            """, request: "{ method: POST, path: /p, body: [json, form] }")
        #expect(
            sample.read(form: "lines[0][sku]=A&order[id]=o")
                == "order_id=o; [sku=A]; ! names in brackets, such as 'lines[0][sku]', were read as members of objects and lists")
    }

    @Test func `too many numbers are no items`() throws {
        let sample = try PathSample(#""ITEM{1..}": { is: "items[].sku" }"#, request: Self.query)
        #expect(sample.read(query: "ITEM99999=A&ITEM100000=B") == #"[sku=A]; extra={"ITEM100000":"B"}"#)
    }
}
