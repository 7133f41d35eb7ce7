import Market
import Testing

struct NamesTests {
    @Test(arguments: [
        ("BTC/USDT", "BTC-USDT"), ("btc-usdt", "BTC-USDT"), ("BTC/USDT:USDT", "BTC-USDT:USDT"),
        ("eth-usdt:usdt", "ETH-USDT:USDT"), ("1000PEPE/USDT", "1000PEPE-USDT"),
    ])
    func symbols(text: String, canonical: String) {
        #expect(Symbol(text)?.description == canonical)
        #expect(Symbol(canonical) == Symbol(text))
    }

    @Test(arguments: [
        "", "BTCUSDT", "BTC/", "/USDT", "BTC/USDT/X", "BTC-USDT:", ":USDT", "BTC/USDT:USDT:X",
        "BTC_USDT", "BTC/US DT", "ß/USDT", "ı/USDT", "BTC/USDT\n", "BTC//USDT", "é/USDT",
        String(repeating: "A", count: 33) + "/USDT",
    ])
    func whatIsNoSymbol(text: String) {
        #expect(Symbol(text) == nil)
    }

    @Test func symbolParts() {
        let perpetual = Symbol("btc/usdt:usdt")
        #expect(perpetual?.base == "BTC")
        #expect(perpetual?.quote == "USDT")
        #expect(perpetual?.settle == "USDT")
        #expect(Symbol("BTC/USDT")?.settle == nil)
    }

    @Test(arguments: [
        ("1m", 60_000, "1m"), ("5m", 300_000, "5m"), ("60m", 3_600_000, "1h"),
        ("4h", 14_400_000, "4h"), ("24h", 86_400_000, "1d"), ("1d", 86_400_000, "1d"),
        ("1440m", 86_400_000, "1d"), ("90m", 5_400_000, "90m"),
    ])
    func timeframes(text: String, milliseconds: Int64, canonical: String) {
        let timeframe = Timeframe(text)
        #expect(timeframe?.milliseconds == milliseconds)
        #expect(timeframe?.description == canonical)
        #expect(timeframe.map { Int64($0.candlesPerDay) * milliseconds } == 86_400_000)
    }

    @Test(arguments: [
        "", "m", "1", "0m", "-1m", "+1m", "7m", "7h", "2d", "1s", "1M", "1w", "1 m", "1.5h",
        "99999999999999999999m", "9223372036854775807m", "1mm", "m1",
    ])
    func whatIsNoTimeframe(text: String) {
        #expect(Timeframe(text) == nil)
    }

    @Test func everyDivisorOfADayReadsBack() {
        for count in 1...1_440 {
            let timeframe = Timeframe("\(count)m")
            #expect((timeframe != nil) == (1_440 % count == 0))
            guard let timeframe else { continue }
            #expect(Timeframe(timeframe.description) == timeframe)
        }
    }

    @Test func marketsReadBack() throws {
        let symbol = try #require(Symbol("BTC/USDT:USDT"))
        let market = try #require(
            MarketID(venue: "binance", symbol: symbol, timeframe: .oneMinute))
        #expect(market.description == "binance/BTC-USDT:USDT/1m")
        #expect(MarketID(market.description) == market)
        for text in [
            "", "binance", "Binance/BTC-USDT/1m", "binance/btc-usdt/1m", "b/A-B/60m", "/A-B/1m",
        ] {
            #expect(MarketID(text) == nil, "\(text)")
        }
        #expect(MarketID(venue: "Binance", symbol: symbol, timeframe: .oneMinute) == nil)
    }
}
