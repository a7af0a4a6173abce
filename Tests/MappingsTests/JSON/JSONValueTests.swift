import Testing

@testable import Mappings

struct JSONValueTests {
    @Test func `literals spell a document`() throws {
        let value: JSONValue = ["a": 1, "b": [true, nil, "x"], "c": .number("5.50")]
        #expect(try JSONValue(parsing: #"{"c":5.50,"b":[true,null,"x"],"a":1}"#) == value)
        #expect(value["b"] == [true, nil, "x"])
        #expect(value["z"] == nil)
        #expect(JSONValue.string("a")["a"] == nil)
    }

    @Test func `numbers compare by text and strings by bytes`() {
        #expect(JSONValue.number("1.0") != .number("1"))
        #expect(JSONValue.number("1") != .string("1"))
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(["a": 1, "b": 2] as JSONValue != ["a": 1, "b": 3])
        #expect(["a": 1] as JSONValue != ["a": 1, "b": 3])
    }

    @Test func `an object keeps its order when a member is replaced`() {
        var object: JSONObject = ["b": 1, "a": 2]
        object["b"] = 3
        object["c"] = "new"
        object["a"] = nil as JSONValue?
        #expect(object.members.map(\.key) == ["b", "c"])
        #expect(object["b"] == 3)
        #expect(object == ["c": "new", "b": 3])
    }
}
