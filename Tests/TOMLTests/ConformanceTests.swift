import CanonicalJSON
import Foundation
import TOML
import Testing

/// The suite that TOML readers are held to: every case of TOML 1.0 of toml-lang/toml-test
/// (commit d168c2a, MIT), one a line: `toml` or `hex`, and `json` for what it says, with times as
/// `$time`; `refused` where JSON has no value for it.
struct ConformanceTests {
    private static func cases() throws -> [JSONValue] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/toml-test.jsonl")
        return try [UInt8](Data(contentsOf: file)).split(separator: 0x0A).map {
            try JSONValue(parsing: Array($0))
        }
    }

    @Test func everyCaseOfTheSuite() throws {
        let cases = try Self.cases()
        #expect(cases.count == 709)
        var read = 0
        for example in cases {
            let name = try #require(example["name"]?.text)
            let result = try? JSONDocument(toml: Self.bytes(example)).value
            if let expected = example["json"] {
                let agrees = result.map { Self.agree($0, expected) } ?? false
                #expect(agrees, "\(name): \(result?.canonicalText ?? "refused")")
                read += 1
            } else {
                #expect(result == nil, "\(name): \(result?.canonicalText ?? "")")
            }
        }
        #expect(read == 206)
    }

    private static func bytes(_ example: JSONValue) -> [UInt8] {
        if let text = example["toml"]?.text { return Array(text.utf8) }
        let digits = Array(example["hex"]?.text ?? "")
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)!
        }
    }

    private static func agree(_ value: JSONValue, _ expected: JSONValue) -> Bool {
        if let time = expected["$time"]?.text {
            return value.text.map { normal($0) == normal(time) } ?? false
        }
        switch (value, expected) {
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy(agree)
        case (.object(let left), .object(let right)):
            return left.count == right.count
                && right.allSatisfy { member in
                    left.contains {
                        $0.name.utf8.elementsEqual(member.name.utf8)
                            && agree($0.value, member.value)
                    }
                }
        default: return value == expected
        }
    }

    /// A time in one of its spellings.
    private static func normal(_ time: String) -> String {
        var text = time.uppercased().replacing(" ", with: "T")
        if let match = text.firstMatch(of: /\.([0-9]*?)0*(?=[Z+-]|$)/) {
            let digits = String(match.1)
            text.replaceSubrange(match.range, with: digits.isEmpty ? "" : ".\(digits)")
        }
        return text
    }
}
