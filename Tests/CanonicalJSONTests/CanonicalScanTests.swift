import CanonicalJSON
import Testing

/// The quick look at a document never says more than reading it and writing it again.
@Suite struct CanonicalScanTests {
    private static let plain = [
        "0", "-1", "true", "false", "null", "[]", "{}", "\"\"", "\"a b~\"", "[1,[2,{}],\"x\"]",
        "{\"\":0,\"A\":1,\"a\":[true,null],\"ab\":{\"b\":999999999999999}}",
    ]

    private static func isCanonical(_ text: [UInt8]) -> Bool {
        (try? JSONValue(parsing: text))?.canonicalBytes == text
    }

    @Test(arguments: plain) func plainDocumentsAreSeen(text: String) {
        #expect(JSONValue.isPlainCanonical(Array(text.utf8)))
        #expect(Self.isCanonical(Array(text.utf8)))
    }

    @Test(
        arguments: [
            "", " 1", "1 ", "01", "-0", "1.0", "1e3", "[1,]", "[1 ]", "{\"a\":1,\"a\":2}",
            "{\"b\":1,\"a\":2}", "{\"a\"}", "{\"a\":}", "{1:2}", "tru", "nulll", "\"", "\"\n\"",
            "[", "{", "-", "[1,2", "{\"a\":1", "1,2",
        ])
    func othersAreNot(text: String) {
        #expect(!JSONValue.isPlainCanonical(Array(text.utf8)))
    }

    /// Canonical, but not plain: these must be read.
    @Test(arguments: ["\"\\n\"", "\"é\"", "0.5", "1e+21", "9007199254740991"])
    func theRestIsLeftToTheReader(text: String) {
        #expect(!JSONValue.isPlainCanonical(Array(text.utf8)))
        #expect(Self.isCanonical(Array(text.utf8)))
    }

    @Test func depthEndsWhereTheReaderEnds() {
        for depth in [63, 64, 65, 66] {
            let text =
                Array(String(repeating: "[", count: depth).utf8)
                + Array(String(repeating: "]", count: depth).utf8)
            #expect(JSONValue.isPlainCanonical(text) == Self.isCanonical(text), "depth \(depth)")
        }
    }

    @Test func whatItAcceptsIsCanonical() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var state = seed
        func draw(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let letters = Array("{}[]\",:0019-tfnaeAZ \\.~\u{7F}".utf8)
        var accepted = 0
        for round in 0..<40_000 {
            var text = Array(Self.plain[draw(Self.plain.count)].utf8)
            for _ in 0..<draw(3) where !text.isEmpty {
                let place = draw(text.count)
                switch draw(3) {
                case 0: text[place] = letters[draw(letters.count)]
                case 1: text.remove(at: place)
                default: text.insert(letters[draw(letters.count)], at: place)
                }
            }
            guard JSONValue.isPlainCanonical(text) else { continue }
            accepted += 1
            #expect(Self.isCanonical(text), "seed \(seed), round \(round)")
        }
        #expect(accepted > 1_000)
    }
}
