import CanonicalJSON
import Testing

struct DocumentTests {
    @Test func linesOfJSON() throws {
        let text =
            "{\"a\" : 1,\n\"b\":[\"x\\\"]\\\\\",\n {\"c\":null}]\n,\"d\":\n{}, \"\\u0065\": -1.5e3}\n"
        let document = try JSONDocument(parsing: Array(text.utf8))
        #expect(document.value == (try JSONValue(parsing: text)))
        let array = JSONPath("b")
        #expect(document.line(of: JSONPath("a")) == 1)
        #expect(document.line(of: array) == 2)
        #expect(document.line(of: array.element(0)) == 2)
        #expect(document.line(of: array.element(1)) == 3)
        #expect(document.line(of: array.element(1).member("c")) == 3)
        #expect(document.line(of: JSONPath("d")) == 4)
        #expect(document.line(of: JSONPath("e")) == 5)
        // What is not there stands where it would be.
        #expect(document.line(of: array.element(7).member("c")) == 2)
        #expect(document.line(of: JSONPath("zz")) == nil)
        #expect(document.line(of: JSONPath()) == nil)
    }

    @Test(arguments: ["[]", "[[],[[]],1]", "7", " \"x\" ", "{}", "[{\"a\":{}},[true]]"])
    func everyShapeIsPassedOver(text: String) throws {
        #expect(try JSONDocument(parsing: Array(text.utf8)).value == JSONValue(parsing: text))
    }

    @Test func pathsAsText() {
        let path = JSONPath("fees").element(2).member("maker_bps")
        #expect(path.description == "fees[2].maker_bps")
        #expect(path.parent?.description == "fees[2]")
        #expect(JSONPath().description == "" && JSONPath().parent == nil)
        #expect(JSONPath("a\n.b").member("").description == #""a\n.b"."""#)
        #expect(JSONPath("fees[2]") != JSONPath("fees").element(2))
    }
}
