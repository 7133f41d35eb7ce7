import CanonicalJSON
import Testing

/// RFC 8785's own examples.
struct CanonicalTextTests {
    /// Appendix B: bit patterns of binary64 and their texts.
    @Test(
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"), (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"), (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] as [(UInt64, String)])
    func numbers(pattern: UInt64, text: String) {
        #expect(JSONValue.numberText(Double(bitPattern: pattern)) == text)
    }

    @Test func numbersReadBack() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var state = seed
        for _ in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let number = Double(bitPattern: state ^ state >> 31)
            guard number.isFinite, number != 0 else { continue }
            #expect(Double(JSONValue.numberText(number)) == number, "seed \(seed)")
        }
    }

    /// §3.2.2: white space, numbers, escapes and literals.
    @Test func sample() throws {
        let text = #"""
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """#
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(try JSONValue(parsing: text).canonicalText == expected)
    }

    /// §3.2.3: names sort by UTF-16 code units, so that the emoji stands before U+FB33.
    @Test func sorting() throws {
        let text = #"""
            {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet",
             "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
             "\u00f6": "Latin Small Letter O With Diaeresis"}
            """#
        let bytes = try JSONValue(parsing: text).canonicalBytes
        let names = try JSONValue(parsing: bytes).members?.map { $0.value.text }
        #expect(
            names == [
                "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis",
                "Euro Sign", "Emoji: Grinning Face", "Hebrew Letter Dalet",
            ])
    }

    @Test func escapesAreTheShortest() {
        let text = JSONValue.string("\u{0}\u{8}\t\n\u{B}\u{C}\r\u{1F} \"/\\\u{7F}é").canonicalText
        #expect(text == #""\u0000\b\t\n\u000b\f\r\u001f \"/\\"# + "\u{7F}é\"")
    }

    @Test func compactTextKeepsTheOrder() {
        let value: JSONValue = ["b": 1, "a": [true, nil, "x"], "c": [:]]
        #expect(value.compactText == #"{"b":1,"a":[true,null,"x"],"c":{}}"#)
        #expect(value.canonicalText == #"{"a":[true,null,"x"],"b":1,"c":{}}"#)
    }

    @Test func canonicalTextIsAFixedPoint() throws {
        let value: JSONValue = ["z": [1.5, -0.0, 1e300], "é": "\u{1F600}", "": [:]]
        let text = value.canonicalText
        #expect(try JSONValue(parsing: text).canonicalText == text)
    }
}
