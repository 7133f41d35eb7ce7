import Foundation
import Market
import Testing

/// Random rows against the standard library, and random bytes against nothing but survival.
struct CandleFileRandomTests {
    private let padding = String(repeating: "\n", count: 600)

    /// A positive decimal of any form that files may hold.
    private func decimal(_ random: inout SeededGenerator) -> String {
        func digits(_ count: Int) -> String {
            String((0..<count).map { _ in "0123456789".randomElement(using: &random)! })
        }
        // Mostly as long as klines are; sometimes at the limits of the fast path.
        let isLong = Int.random(in: 0..<4, using: &random) == 0
        let whole = digits(Int.random(in: 0...(isLong ? 25 : 7), using: &random))
        let fraction = digits(Int.random(in: 0...(isLong ? 30 : 9), using: &random))
        var text = "\(whole)1" + (Bool.random(using: &random) ? ".\(fraction)" : "")
        if Int.random(in: 0..<10, using: &random) == 0 {
            text += "e\(Int.random(in: -320...300, using: &random))"
        }
        return text
    }

    @Test func numbersAreRoundedExactly() throws {
        var random = SeededGenerator()
        for _ in 0..<20_000 {
            let text = decimal(&random)
            let number = try #require(Double(text))
            guard number > 0, number.isFinite else { continue }
            // Prices beyond the range of any market are refused; volumes may be anything.
            let isPrice = (CandleDefect.lowestPrice...CandleDefect.highestPrice).contains(number)
            let price = isPrice ? text : "1"
            let row = "1760131020000,\(price),\(price),\(price),\(price),\(text)\n"
            // The first row is read with care, the second by the kernel.
            let batch = try CandleFile.parse(Array((row + row + padding).utf8))
            #expect(batch.candles.count == 2, "\(text), seed \(random.seed)")
            let prices = [
                batch.candles.open, batch.candles.high, batch.candles.low, batch.candles.close,
            ]
            for values in [batch.candles.volume] + (isPrice ? prices : []) {
                #expect(
                    values.map(\.bitPattern) == [number.bitPattern, number.bitPattern],
                    "\(text), seed \(random.seed)")
            }
        }
    }

    /// Neighbours of 2^53 and of half an ulp, where a second rounding would show.
    @Test(arguments: [
        "9007199254740991", "9007199254740992", "9007199254740993", "9007199254740.993",
        "900719925474099.3", "0.1", "0.30000000000000004", "123456789012345678",
        "1.7976931348623157e308", "2.2250738585072011e-308", "5e-324", "0.000000000000000001",
        "8.5070591730234615865843651857942052864e37", "9223372036854775808", "1234567890123456789",
        "12345678901234567890",
        // 2^64 + 1 and 2^65 + 1: what is left of them in 64 bits is 1.
        "18446744073709551617", "1844674407370955161.7", "36893488147419103233",
        "1.234567890123456789", "0.1000000000000000055511151231257827",
    ])
    func hardNumbers(text: String) throws {
        let row = "1760131020000,1,1,1,1,\(text)\n"
        let batch = try CandleFile.parse(Array((row + row + padding).utf8))
        #expect(batch.candles.volume == [Double(text)!, Double(text)!])
    }

    /// One row, damaged at random: alone it is read with care, among others by the kernel first.
    @Test func theKernelAndTheCarefulReaderAgree() throws {
        var random = SeededGenerator()
        let alphabet = Array("0123456789.,,;\"+-eE \r\u{0}x".utf8)
        let header = Array("1760131020000,10,12,9,11,1\n".utf8)
        for _ in 0..<10_000 {
            var row = Array("1760131020000,109200.2,109200.3,109174.6,109188.6,38.872,17,0".utf8)
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let at = Int.random(in: 0..<row.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: row[at] = alphabet.randomElement(using: &random)!
                case 1: row.remove(at: at)
                default: row.insert(alphabet.randomElement(using: &random)!, at: at)
                }
            }
            let careful = try CandleFile.parse(header + row)
            let fast = try CandleFile.parse(header + row + [0x0A] + Array(padding.utf8))
            let text = String(decoding: row, as: UTF8.self)
            #expect(careful == fast, "\(text), seed \(random.seed)")
        }
    }

    @Test func damagedFilesNeverCrash() {
        var random = SeededGenerator()
        let csv = (0..<20).map { "17601310\($0 + 20)000;1\($0).5;20;9.25;\"12\";0,3" }
        let json = csv.map { "[" + $0.replacing(";", with: ",") + "]" }
        let samples = [
            csv.joined(separator: "\n"), "ts;open;high;low;close;volume\r\n" + csv[0],
            "[" + json.joined(separator: ",\n") + "]", csv[3].replacing(";", with: ","),
        ].map { Array(($0 + padding).utf8) }
        for _ in 0..<3_000 {
            var bytes = samples.randomElement(using: &random)!
            for _ in 0...Int.random(in: 0..<20, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(",;\n\"[]\t{".utf8.randomElement(using: &random)!, at: at)
                case 2: bytes.removeSubrange(at..<min(at + 9, bytes.count))
                default: bytes.append(contentsOf: bytes[..<min(at, 200)])
                }
            }
            for layout in CandleLayout.allCases {
                guard let batch = try? CandleFile.parse(bytes, layout: layout) else { continue }
                expectSound(batch, bytes, seed: random.seed)
            }
        }
    }

    @Test func randomBytesNeverCrash() {
        var random = SeededGenerator()
        for _ in 0..<500 {
            let count = Int.random(in: 0..<4_000, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            for layout in CandleLayout.allCases {
                guard let batch = try? CandleFile.parse(bytes, layout: layout) else { continue }
                expectSound(batch, bytes, seed: random.seed)
            }
        }
    }

    private func expectSound(_ batch: CandleBatch, _ bytes: [UInt8], seed: UInt64) {
        let lines = bytes.count { $0 == 0x0A } + 1
        #expect(batch.rows == batch.candles.count + batch.rejectedCount, "seed \(seed)")
        #expect(batch.rejects.allSatisfy { (1...lines).contains($0.line) }, "seed \(seed)")
        for index in 0..<batch.candles.count {
            #expect(CandleDefect.of(batch.candles[index], timeframe: .oneMinute) == nil)
        }
    }
}
