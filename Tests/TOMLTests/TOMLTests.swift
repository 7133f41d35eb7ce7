import CanonicalJSON
import TOML
import Testing

/// What the reader makes of documents, and what it says of mistakes.
struct TOMLTests {
    private func read(_ text: String) throws -> JSONDocument {
        try JSONDocument(toml: Array(text.utf8))
    }

    @Test(arguments: [
        ("", "{}"), ("# nothing\n\n  \t# more\r\n", "{}"), ("a = 1", #"{"a":1}"#),
        ("a=15\nb = 15.0 # same\n", #"{"a":15,"b":15}"#),
        (
            "a = +1_000\nb = -0.5e-1_0\nc = 0xfF\nd = 0o17\ne = 0b1_1",
            #"{"a":1000,"b":-5e-11,"c":255,"d":15,"e":3}"#
        ),
        ("a = true\nb = false", #"{"a":true,"b":false}"#),
        (
            "a = 2023-01-01\nb = 07:32:00.5\nc = 2023-01-01 07:32:00Z",
            #"{"a":"2023-01-01","b":"07:32:00.5","c":"2023-01-01 07:32:00Z"}"#
        ),
        (#"a = "x\t\u00e9\"" # c"#, "{\"a\":\"x\\té\\\"\"}"), (#"a = 'C:\x'"#, #"{"a":"C:\\x"}"#),
        ("a = \"\"\"\n x\\\n   y\"\"\"\"\"", #"{"a":" xy\"\""}"#),
        ("a = '''\nx'y'''", #"{"a":"x'y"}"#),
        ("a.b = 1\na.'c d' = 2", #"{"a":{"b":1,"c d":2}}"#),
        ("[a.b]\nc = 1\n[a]\nd = 2", #"{"a":{"b":{"c":1},"d":2}}"#),
        ("[[f]]\nx = 1\n[f.g]\ny = 2\n[[f]]", #"{"f":[{"g":{"y":2},"x":1},{}]}"#),
        ("a = [1, 'x', # c\n [2,],\n]", #"{"a":[1,"x",[2]]}"#),
        ("a = { b = 1, c.d = {} }", #"{"a":{"b":1,"c":{"d":{}}}}"#),
        // Two names in one spelling for people, two for bytes.
        ("\"\u{E9}\" = 1\n\"e\u{301}\" = 2", "{\"e\u{301}\":2,\"\u{E9}\":1}"),
    ])
    func documentsAreRead(text: String, json: String) throws {
        #expect(try read(text).value.canonicalText == json)
    }

    @Test(arguments: [
        ("a = 1\nb = 2\na = 3", 3, "a is there already, on line 1"),
        ("[a]\n[b]\n\n[a]", 4, "a is there already, on line 1"),
        ("a = 1\n[a]", 2, "a is there already, on line 1"),
        ("[[a]]\n[a]", 2, "a is there already, on line 1"),
        ("a = []\n[[a]]", 2, "a is there already, on line 1"),
        ("[a]\nb.c = 1\n[a.b]", 3, "b is there already, on line 2"),
        ("[a.b]\n[a]\nb.c = 1", 3, "b is there already, on line 1"),
        ("a = {b = 1}\n[a.c]", 2, "a is there already, on line 1"),
        ("a = {b = 1, b = 2}", 1, "b is there already, on line 1"),
        ("a = 1 b = 2", 1, "the end of the line is expected"),
        ("a", 1, "= is expected behind the key"),
        ("\na =\n", 2, "a value is expected"), ("= 1", 1, "a key is expected"),
        ("a = yes", 1, "yes is no value; a text stands in quotes"),
        ("a = 01", 1, "01 is no value; a text stands in quotes"),
        ("a = 1__0", 1, "1__0 is no value; a text stands in quotes"),
        ("a = 1_e5", 1, "1_e5 is no value; a text stands in quotes"),
        ("a = .5", 1, ".5 is no value; a text stands in quotes"),
        ("a = 5.", 1, "5. is no value; a text stands in quotes"),
        ("a = 2023-02-30", 1, "2023-02-30 is no value; a text stands in quotes"),
        ("a = inf", 1, "inf is no number here"),
        ("a = 1e999", 1, "1e999 is beyond what a binary64 holds exactly"),
        (
            "a = 9007199254740993", 1,
            "9007199254740993 is beyond what a binary64 holds exactly"
        ),
        ("a = [1, 2", 1, "the array goes on with , or ends with ]"),
        ("a = [\n1\n2]", 3, "the array goes on with , or ends with ]"),
        ("a = {b = 1,}", 1, "a key is expected"),
        ("a = {b = 1\n}", 1, "the table goes on with , or ends with }"),
        ("a = \"x\ny\"", 1, "the text does not end"), ("a = '''x", 1, "the text does not end"),
        ("a = \"\\q\"", 1, "an unknown escape in a text; '…' takes backslashes as they are"),
        ("a = \"\\uD800\"", 1, "4 hexadecimal digits of a Unicode scalar are expected"),
        ("a = '\u{1}'", 1, "a control character in a text"),
        ("# \u{7F}", 1, "a control character in a comment"),
        ("[a", 1, "the header does not end in ]"),
        ("[[a]", 1, "the header does not end in ]]"),
    ])
    func mistakesAreNamed(text: String, line: Int, message: String) {
        let error = #expect(throws: TOMLError.self) { try read(text) }
        #expect(error?.line == line)
        #expect(error?.message == message)
    }

    @Test func textThatIsNotUTF8() {
        let error = #expect(throws: TOMLError.self) {
            try JSONDocument(toml: Array("a = 1\nb = '".utf8) + [0xFF] + Array("'".utf8))
        }
        #expect(error?.description == "line 2: is not UTF-8")
    }

    @Test(arguments: ["[", "{a="])
    func nestingHasALimit(open: String) throws {
        for (depth, isRead) in [(60, true), (70, false), (200_000, false)] {
            let close = open == "[" ? "]" : "}"
            let inner = open == "[" ? "" : "1"
            let text =
                "a = " + String(repeating: open, count: depth) + inner
                + String(repeating: close, count: depth)
            #expect(((try? read(text)) != nil) == isRead, "\(depth)")
        }
        let keys = Array(repeating: "a", count: 100_000).joined(separator: ".")
        #expect(throws: TOMLError.self) { try read("\(keys) = 1") }
        #expect(throws: TOMLError.self) { try read("[\(keys)]") }
    }

    @Test func linesOfTOML() throws {
        let document = try read("a = 1\n\n[[f]] # x\nb = [\n 1,\n 2]\n[[f]]\nc.d = 'x'\n")
        let fees = JSONPath("f")
        #expect(document.line(of: JSONPath("a")) == 1)
        #expect(document.line(of: fees) == 3)
        #expect(document.line(of: fees.element(0).member("b").element(1)) == 6)
        #expect(document.line(of: fees.element(1).member("c").member("d")) == 8)
        // What is not there stands where it would be.
        #expect(document.line(of: fees.element(1).member("zz")) == 7)
        #expect(document.line(of: JSONPath("zz")) == nil)
    }
}
