import CanonicalJSON
import Testing

struct ParserTests {
    @Test(arguments: [
        ("", 1, 1), ("{", 1, 2), ("[1,\n 2,\n  x]", 3, 3), ("[1 2]", 1, 4), ("{\"a\" 1}", 1, 6),
        ("{\"a\":1,}", 1, 8), ("[1,]", 1, 4), ("01", 1, 3), ("1.", 1, 3), ("-", 1, 2), ("+1", 1, 1),
        (".5", 1, 1), ("1e", 1, 3), ("NaN", 1, 1), ("nul", 1, 1), ("true false", 1, 6),
        ("\"a", 1, 3), ("\"\\x\"", 1, 3), ("\"\\u12\"", 1, 4), ("\"\\u+123\"", 1, 4),
        ("\"\\ud800\"", 1, 8), ("\"\\udc00\"", 1, 8), ("\"a\nb\"", 1, 3), ("1e400", 1, 6),
        ("\u{FEFF}1", 1, 1), ("{\"a\":1,\n\"a\":2}", 2, 4), ("['a']", 1, 2), ("[1]]", 1, 4),
    ])
    func errorsTellTheirPlace(text: String, line: Int, column: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.line == line)
        #expect(error?.column == column)
        #expect(error?.description.hasPrefix("line \(line), column \(column): ") == true)
    }

    @Test func whatIsNotUTF8IsRefused() {
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22]) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xED, 0xA0, 0x80, 0x22]) }
    }

    @Test func depthEndsAt64() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try JSONValue(parsing: nested(64)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(65)) }
        #expect(throws: JSONError.self) {
            try JSONValue(parsing: String(repeating: "{\"a\":[", count: 1_000_000))
        }
    }

    /// Swift compares strings by what they look like; JSON names are compared by code points.
    @Test func namesThatOnlyLookEqualAreTwo() throws {
        let value = try JSONValue(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(value.members?.count == 2)
        #expect(value.canonicalText.utf8.count == 16)
    }

    /// Beyond the first names, which are compared one by one.
    @Test func manyNamesAreStillTold() throws {
        let names = (0..<100).map { "\"n\($0)\":0" } + ["\"é\":0", "\"e\u{301}\":0"]
        let value = try JSONValue(parsing: "{" + names.joined(separator: ",") + "}")
        #expect(value.members?.count == 102)
        for twice in ["\"n0\":0", "\"n31\":0", "\"n32\":0", "\"n99\":0", "\"é\":0"] {
            let text = "{" + (names + [twice]).joined(separator: ",") + "}"
            #expect(throws: JSONError.self, "\(twice)") { try JSONValue(parsing: text) }
        }
    }

    /// What an event says of a position or a time is exact or refused, and can be written again.
    @Test func integersEndWhereTheyAreExact() throws {
        for (text, number) in [
            ("9007199254740992", 9_007_199_254_740_992), ("-9007199254740992", -(1 << 53)),
            ("9007199254740994", nil), ("-9223372036854775808", nil), ("1e18", nil), ("0.5", nil),
        ] as [(String, Int64?)] {
            #expect(try JSONValue(parsing: text).int64 == number, "\(text)")
        }
    }

    @Test func values() throws {
        let value = try JSONValue(
            parsing: " {\"a\" : [ 1 , -2.5e+1 , \"\\ud83d\\ude00\" , true , null ] }\r\n")
        #expect(value == ["a": [1, -25, "\u{1F600}", true, nil]])
        #expect(value["a"]?.elements?[0].int64 == 1)
        #expect(value["a"]?.elements?[1].double == -25)
        #expect(value["a"]?.elements?[2].int64 == nil)
        #expect(value["b"] == nil)
        #expect(try JSONValue(parsing: "0.5").int64 == nil)
        #expect(try JSONValue(parsing: "1e-400").double == 0)
    }

    @Test func randomBytesNeverCrash() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var state = seed
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let sample = Array(#"{"a":[1,-2.5e3,"\u20ac\n",true,null],"b":{"c":"é"}}"#.utf8)
        for _ in 0..<3_000 {
            var bytes = sample
            for _ in 0...next(4) {
                let at = next(bytes.count)
                switch next(3) {
                case 0: bytes[at] = UInt8(next(256))
                case 1: bytes.remove(at: at)
                default: bytes.insert(sample[next(sample.count)], at: at)
                }
            }
            // What is read must be written and read again as the same.
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            #expect(
                try! JSONValue(parsing: value.canonicalBytes).canonicalBytes == value.canonicalBytes
            )
        }
    }
}
