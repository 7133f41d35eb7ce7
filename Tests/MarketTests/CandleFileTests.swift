import Market
import Testing

/// Every layout, and every way in which programs write it.
struct CandleFileTests {
    static let start: Int64 = 1_760_131_020_000
    private let first = Candle(
        time: start, open: 109200.2, high: 109200.3, low: 109174.6, close: 109188.6, volume: 38.872)
    private let second = Candle(
        time: start + 60_000, open: 109188.6, high: 109225.9, low: 109188.5, close: 109218.4,
        volume: 0)

    private func expectBoth(_ text: String, _ layout: CandleLayout = .auto) throws {
        let batch = try CandleFile.parse(Array(text.utf8), layout: layout)
        #expect(batch.rejects == [], "\(text)")
        #expect(batch.candles == CandleColumns([first, second]), "\(text)")
        #expect(batch.rows == 2)
    }

    private static let rows = [
        "1760131020000,109200.2,109200.3,109174.6,109188.6,38.872",
        "1760131080000,109188.6,109225.9,109188.5,109218.4,0",
    ]

    @Test func lineEndings() throws {
        let (a, b) = (Self.rows[0], Self.rows[1])
        for text in [
            "\(a)\n\(b)\n", "\(a)\n\(b)", "\(a)\r\n\(b)\r\n", "\u{FEFF}\(a)\n\(b)\n",
            "\n\n\(a)\n  \n\r\n\(b)\n\n", "\(a),\n\(b),x,y\n", "\(a) \n \(b)\n",
        ] {
            try expectBoth(text)
            try expectBoth(text, .ohlcv)
            // Behind enough bytes for the kernel, where the rows are read by it.
            try expectBoth(text + String(repeating: "\n", count: 600))
        }
    }

    @Test func delimitersAndQuotes() throws {
        for delimiter in [",", ";", "\t", "; ", " ,"] {
            let text = Self.rows.joined(separator: "\n").replacing(",", with: delimiter)
            try expectBoth(text)
            try expectBoth(text + "\n" + String(repeating: "\n", count: 600))
        }
        try expectBoth(
            Self.rows.map { "\"" + $0.replacing(",", with: "\",\"") + "\"" }
                .joined(separator: "\r\n"))
    }

    @Test func headers() throws {
        let body = Self.rows.joined(separator: "\n")
        for header in [
            "timestamp,open,high,low,close,volume", "Timestamp,Open,HIGH,Low,Close,Volume",
            "ts,open,high,low,close,volume",
            "\"date\",\"open\",\"high\",\"low\",\"close\",\"volume\"",
            "time, open, high, low, close, volume", "Open time,open,high,low,close,volume",
            "open_time,open,high,low,close,volume",
        ] {
            try expectBoth("\(header)\n\(body)\n")
            try expectBoth("\u{FEFF}\n\(header)\r\n\(body)\n")
            // Files joined end to end.
            try expectBoth("\(header)\n\(Self.rows[0])\n\(header)\n\(Self.rows[1])\n")
        }
    }

    @Test func titlesAboveTheTable() throws {
        let text = """
            https://example.org/data; all rights, some wrongs

            Close;Open;High;Low;Volume;Date
            109188.6;109200.2;109200.3;109174.6;38.872;2025-10-10T21:17:00Z
            109218.4;109188.6;109225.9;109188.5;0;2025-10-10T21:18:00Z
            """
        let batch = try CandleFile.parse(Array(text.utf8))
        #expect(batch.candles == CandleColumns([first, second]))
        #expect(batch.rejects.map(\.line) == [1])
        #expect(batch.rows == 3)
    }

    /// The first delimiter of the line is the file's; others may stand in later fields.
    @Test func otherDelimitersInLaterFields() throws {
        try expectBoth(Self.rows.map { $0 + ",a;b\tc\n" }.joined())
        try expectBoth(Self.rows.map { $0.replacing(",", with: ";") + ";a,b\tc\n" }.joined())
    }

    @Test func decimalCommasAreRefused() throws {
        let batch = try CandleFile.parse(Array("1760131020000;10,5;12;9;11;1\n".utf8))
        #expect(
            batch.rejects == [.init(line: 1, reason: "open: \"10,5\" is not a number")])
    }

    @Test func columnsInAnyOrder() throws {
        try expectBoth(
            """
            symbol,volume,close,low,high,open,ts,timestamp,extra
            BTC,38.872,109188.6,109174.6,109200.3,109200.2,5,1760131020000,
            BTC,0,109218.4,109188.5,109225.9,109188.6,6,1760131080000
            """)
    }

    @Test func aHeaderThatLacksAColumn() {
        let error = #expect(throws: CandleFileError.self) {
            try CandleFile.parse(Array("\ntimestamp,open,high,low,close,vol\n".utf8))
        }
        #expect(error?.description == "line 2: the header names no column volume")
        #expect(throws: CandleFileError.self) {
            try CandleFile.parse(Array("when,open,high,low,close,volume\n1".utf8))
        }
    }

    @Test(arguments: ["000", "000000"])
    func finerStamps(zeros: String) throws {
        let text = Self.rows.map {
            $0.replacing("0000,", with: "0000\(zeros),", maxReplacements: 1)
        }
        .joined(separator: "\n")
        try expectBoth(text)
        try expectBoth(text + String(repeating: "\n", count: 600))
    }

    @Test func stampsAsText() throws {
        let body = "109200.2,109200.3,109174.6,109188.6,38.872\n"
        let next = "109188.6,109225.9,109188.5,109218.4,0\n"
        try expectBoth("2025-10-10T21:17:00Z,\(body)2025-10-10T21:18:00Z,\(next)")
        try expectBoth("2025-10-10 21:17:00+00:00,\(body)2025-10-10T23:18:00.000+02:00,\(next)")
        try expectBoth("1760131020000.0,\(body)1.76013108e12,\(next)")
    }

    @Test func klines() throws {
        let tail = [",1760131079999,1.5,10,1,1,0", ",1760131139999,0,0,0,0,0"]
        let body = zip(Self.rows, tail).map(+).joined(separator: "\n")
        let header =
            "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
            + "taker_buy_quote_volume,ignore\n"
        for text in [body, header + body, body + String(repeating: "\n", count: 600)] {
            try expectBoth(text)
            try expectBoth(text, .binance)
            #expect(try CandleFile.parse(Array(text.utf8)).layout == .binance)
        }
        #expect(try CandleFile.parse(Array(Self.rows[0].utf8)).layout == .ohlcv)
    }

    @Test func ccxt() throws {
        for text in [
            "[[\(Self.rows[0])],[\(Self.rows[1])]]",
            "\u{FEFF} [\n [ \(Self.rows[0]) ] ,\r\n\t[\(Self.rows[1])]\n]\n",
            "[[\"1760131020000\",\"109200.2\",\"109200.3\",\"109174.6\",\"109188.6\",\"38.872\"],"
                + "[1.76013108e12,109188.6,109225.9,1091885e-1,109218.4,0.0,null,\"a\\\"]\",true]]",
        ] {
            try expectBoth(text)
            try expectBoth(text, .ccxt)
        }
        let empty = try CandleFile.parse(Array("[ ]".utf8))
        #expect(empty.rows == 0)
        #expect(empty.layout == .ccxt)
    }

    @Test(arguments: [
        ("", 1), ("x", 1), ("{}", 1), ("[", 1), ("[[1,2", 1), ("[[1,2]\n[3]]", 2), ("[[1],]", 1),
        ("[[1,]]", 1), ("[[1 2]]", 1), ("[\n[1,\n\"a]]", 3), ("[[1,[2]]]", 1), ("[[1,{}]]", 1),
        ("[[]]]", 1), ("[1]", 1), ("[null]", 1), ("[[1]]\n[[2]]", 2), ("[[undefined]]", 1),
        ("[[\"a\nb\"]]", 1), ("[[\"\\", 1),
    ])
    func malformedArrays(text: String, line: Int) {
        let error = #expect(throws: CandleFileError.self) {
            try CandleFile.parse(Array(text.utf8), layout: .ccxt)
        }
        #expect(error?.line == line, "\(text)")
    }

    @Test func nothing() throws {
        for text in ["", "\n", "\u{FEFF}", "   \r\n\n", "timestamp,open,high,low,close,volume\n"] {
            let batch = try CandleFile.parse(Array(text.utf8))
            #expect(batch.rows == 0)
            #expect(batch.rejects.isEmpty)
        }
    }

    @Test func realFiles() throws {
        for (name, count) in [
            ("BTC-USDT_USDT-1m-20250611-20251108.csv.gz", 216_000),
            ("SOL-USDT-1m-20251101-20251108-partial-last.csv.gz", 10_081),
        ] {
            guard let bytes = try SharedData.bytes(name) else { continue }
            let batch = try CandleFile.parse(bytes)
            #expect(batch.candles.count == count)
            #expect(batch.rejectedCount == 0)
            #expect(batch.layout == .binance)
            // Every 100th row by the standard library.
            let lines = bytes.split(separator: 0x0A)
            for row in stride(from: 0, to: count, by: 100) {
                let fields = lines[row].split(separator: 0x2C)
                    .map { String(decoding: $0, as: UTF8.self) }
                let candle = batch.candles[row]
                #expect(candle.time == Int64(fields[0]))
                #expect(
                    [candle.open, candle.high, candle.low, candle.close, candle.volume]
                        == fields[1...5].map { Double($0) })
            }
        }
    }
}
