import Market
import Testing

/// Bad rows: each is refused with its line and reason, and none costs the rows beside it.
struct CandleRejectTests {
    private static let good = "1760131020000,10,12,9,11,1"

    /// Parses a bad row between good ones, once where only the careful reader comes, once where the
    /// kernel tries first; returns the reason.
    private func reason(_ row: String, sourceLocation: SourceLocation = #_sourceLocation) throws
        -> String?
    {
        var result: String?
        for padding in ["", String(repeating: "\n", count: 600)] {
            let text = "\(Self.good)\n\(row)\n\(Self.good)\n\(padding)"
            let batch = try CandleFile.parse(Array(text.utf8))
            #expect(batch.candles.count == 2, sourceLocation: sourceLocation)
            #expect(batch.rejectedCount == 1, sourceLocation: sourceLocation)
            #expect(batch.rows == 3, sourceLocation: sourceLocation)
            #expect(batch.rejects.first?.line == 2, sourceLocation: sourceLocation)
            result = batch.rejects.first?.reason
        }
        return result
    }

    /// The bad-input table of the semantics.
    @Test(arguments: [
        ("1760131020000,nan,12,9,11,1", "open: \"nan\" is not a number"),
        ("1760131020000,10,inf,9,11,1", "high: \"inf\" is not a number"),
        ("1760131020000,10,-Infinity,9,11,1", "high: \"-Infinity\" is not a number"),
        ("1760131020000,10,1e999,9,11,1", "a value is NaN or infinite"),
        ("1760131020000,10,12,9,11,1e999", "a value is NaN or infinite"),
        ("1760131020000,10,12,0,11,1", "a price is zero or negative"),
        ("1760131020000,10,12,-9,11,1", "a price is zero or negative"),
        ("1760131020000,10,12,-0,11,1", "a price is zero or negative"),
        ("1760131020000,10,12,9,11,-1", "the volume is negative"),
        ("1760131020000,10,12,9,11,-1e-300", "the volume is negative"),
        ("1760131020000,13,12,9,11,1", "the high is below the open, close or low"),
        ("1760131020000,10,12,9,12.5,1", "the high is below the open, close or low"),
        ("1760131020000,10,8,9,8,1", "the high is below the open, close or low"),
        ("1760131020000,10,12,10.5,11,1", "the low is above the open, close or high"),
        ("1760131020000,10,12,9.5,9.4,1", "the low is above the open, close or high"),
        ("1760131020001,10,12,9,11,1", "the stamp is off the timeframe's grid"),
        ("1760131034000,10,12,9,11,1", "the stamp is off the timeframe's grid"),
    ])
    func values(row: String, expected: String) throws {
        #expect(try reason(row) == expected)
    }

    @Test(arguments: [
        ("1760131020000", "open: the row ends after 1 column"),
        ("1760131020000,10,12,9,11", "volume: the row ends after 5 columns"),
        ("1760131020000,10,12,9,11,", "volume: empty"), (",10,12,9,11,1", "timestamp: empty"),
        ("1760131020000,,12,9,11,1", "open: empty"), ("1760131020000, ,12,9,11,1", "open: empty"),
        ("1760131020000,\"\",12,9,11,1", "open: empty"), (",,,,,", "timestamp: empty"),
        ("1760131020000,ten,12,9,11,1", "open: \"ten\" is not a number"),
        ("1760131020000,0x1p3,12,9,11,1", "open: \"0x1p3\" is not a number"),
        ("1760131020000,1_0,12,9,11,1", "open: \"1_0\" is not a number"),
        ("1760131020000,\"1,000\",12,9,11,1", "open: \"1,000\" is not a number"),
        ("1760131020000,1 000,12,9,11,1", "open: \"1 000\" is not a number"),
        ("1760131020000,$10,12,9,11,1", "open: \"$10\" is not a number"),
        ("1760131020000,10.0.0,12,9,11,1", "open: \"10.0.0\" is not a number"),
        ("1760131020000,.,12,9,11,1", "open: \".\" is not a number"),
        ("1760131020000,1e,12,9,11,1", "open: \"1e\" is not a number"),
        ("1760131020000,--10,12,9,11,1", "open: \"--10\" is not a number"),
        ("1760131020000,１０,12,9,11,1", "open: \"??????\" is not a number"),
        ("1760131020000,10,12,9,11,1\u{1B}[2J", "volume: \"1?[2J\" is not a number"),
        ("1760131020000,\"10,12,9,11,1", "open: the quotes do not match"),
        ("1760131020000,\"10\"x,12,9,11,1", "open: the quotes do not match"),
        (
            "0,10,12,9,11,1",
            "timestamp: \"0\" lies outside the years 2000 to 2199 in ms, µs and ns"
        ),
        (
            "1760131020,10,12,9,11,1",
            "timestamp: \"1760131020\" lies outside the years 2000 to 2199 in ms, µs and ns"
        ),
        (
            "1999-12-31T23:59:00Z,10,12,9,11,1",
            "timestamp: \"1999-12-31T23:59:00Z\" lies outside the years 2000 to 2199"
                + " in ms, µs and ns"
        ),
        (
            "1760131020000000,10,12,9,11,1",
            "timestamp: in microseconds, but the file's first is in milliseconds"
        ),
        (
            "2025-10-10T21:17:00,10,12,9,11,1",
            "timestamp: \"2025-10-10T21:17:00\" is neither a count of ms, µs or ns"
                + " nor RFC 3339 with Z or an offset"
        ),
        (
            "-1760131020000,10,12,9,11,1",
            "timestamp: \"-1760131020000\" is neither a count of ms, µs or ns"
                + " nor RFC 3339 with Z or an offset"
        ),
        (
            "99999999999999999999,10,12,9,11,1",
            "timestamp: \"99999999999999999999\" is neither a count of ms, µs or ns"
                + " nor RFC 3339 with Z or an offset"
        ),
        // 2^64 + 1760131020000
        (
            "18446745833840571616,10,12,9,11,1",
            "timestamp: \"18446745833840571616\" is neither a count of ms, µs or ns"
                + " nor RFC 3339 with Z or an offset"
        ),
        (
            "open_time,open,low,high,close,volume",
            "timestamp: \"open_time\" is neither a count of ms, µs or ns"
                + " nor RFC 3339 with Z or an offset"
        ),
    ])
    func texts(row: String, expected: String) throws {
        #expect(try reason(row) == expected)
    }

    @Test(arguments: [
        "1760131020000,10,12,9,11,0", "1760131020000,10,12,9,11,-0", "1760131020000,10,10,10,10,1",
        "1760131020000,+10,12,9,11,1", "1760131020000,10.,12,9,11,.5",
        "1760131020000,1e1,12,9,11,1E-5", "1760131020000,10.00000000000000000000,12,9,11,1",
    ])
    func whatLooksBadButIsNot(row: String) throws {
        for padding in ["", String(repeating: "\n", count: 600)] {
            let batch = try CandleFile.parse(Array("\(Self.good)\n\(row)\n\(padding)".utf8))
            #expect(batch.candles.count == 2)
            #expect(batch.rejects == [])
        }
    }

    @Test func minusZeroKeepsItsBits() throws {
        let text = "1760131020000,10,12,9,11,-0"
        let candle = try CandleFile.parse(Array(text.utf8)).candles[0]
        #expect(candle.volume.sign == .minus)
        #expect(candle.volume == 0)
        var other = candle
        other.volume = 0
        #expect(candle.hasSameValues(as: other))
    }

    /// Binance's spot files changed from milliseconds to microseconds in 2025.
    @Test func microsecondsOffTheMillisecond() throws {
        let text = "1760131020000000,10,12,9,11,1\n1760131080000001,10,12,9,11,1\n"
        let batch = try CandleFile.parse(Array(text.utf8))
        #expect(batch.candles.count == 1)
        #expect(
            batch.rejects == [.init(line: 2, reason: "the stamp is off the timeframe's grid")])
    }

    @Test func aBadFirstRowDecidesNothing() throws {
        let text = "5,10,12,9,11,1\nx,10,12,9,11,1\n1760131020000000,10,12,9,11,1\n"
        let batch = try CandleFile.parse(Array(text.utf8))
        #expect(batch.candles.time == [1_760_131_020_000])
        #expect(batch.rejects.map(\.line) == [1, 2])
    }

    @Test func timeframesHaveTheirGrid() throws {
        let text = "1760131020000,10,12,9,11,1\n1760133600000,10,12,9,11,1\n"
        let batch = try CandleFile.parse(Array(text.utf8), timeframe: Timeframe("1h")!)
        #expect(batch.candles.time == [1_760_133_600_000])
        #expect(batch.rejects.map(\.line) == [1])
    }

    @Test func rowsOfArrays() throws {
        let text = """
            [[1760131020000,10,12,9,11,1],
             [1760131080000,null,12,9,11,1],
             [1760131080000,10,12,9,11],
             [null,10,12,9,11,1], [1760131080000,10,12,9,11,"x"],

             [1760131080000,NaN,12,9,11,1], [1760131080000,-Infinity,12,9,11,1],
             [],
             [1760131080000,10,12,9,11,-1], [1760131080000,10,12,9,11,""],
             [1760131080000,10,12,9,11,2]]
            """
        let batch = try CandleFile.parse(Array(text.utf8))
        #expect(batch.candles.volume == [1, 2])
        #expect(batch.rejects.map(\.line) == [2, 3, 4, 4, 6, 6, 7, 8, 8])
        #expect(
            batch.rejects.map(\.reason) == [
                "open: \"null\" is not a number", "volume: the row ends after 5 columns",
                "timestamp: \"null\" is neither a count of ms, µs or ns"
                    + " nor RFC 3339 with Z or an offset",
                "volume: \"x\" is not a number", "open: \"NaN\" is not a number",
                "open: \"-Infinity\" is not a number",
                "timestamp: the row ends after 0 columns", "the volume is negative",
                "volume: empty",
            ])
    }

    @Test func linesCountBlankOnesAndHeaders() throws {
        let text = "\n\ntimestamp,open,high,low,close,volume\r\n\r\n\(Self.good)\r\nbad\n"
        let batch = try CandleFile.parse(Array(text.utf8))
        #expect(batch.rejects.map(\.line) == [6])
        #expect(batch.rows == 2)
    }

    @Test func overlongLines() throws {
        for filler in ["x", ",", "1", "\"", " 1", "1,"] {
            let long = String(repeating: filler, count: (2 << 20) / filler.utf8.count)
            #expect(try reason("\(Self.good),\(long)") == "no line break within 1048576 bytes")
            #expect(try reason(long) == "no line break within 1048576 bytes")
        }
    }

    @Test func onlySomeReasonsAreKept() throws {
        let text = String(repeating: "bad\n", count: 25_000) + Self.good
        let batch = try CandleFile.parse(Array(text.utf8))
        #expect(batch.rejects.count == CandleBatch.rejectLimit)
        #expect(batch.rejectedCount == 25_000)
        #expect(batch.rows == 25_001)
        #expect(batch.rejects.last?.line == 10_000)
    }
}
