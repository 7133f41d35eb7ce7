import Market
import Testing

/// Lists of markets, and what file names say.
struct ManifestTests {
    @Test func aListIsRead() throws {
        let text = """
            symbol,file
            # the majors
            BTC/USDT:USDT, btc.csv.gz
            eth-usdt,/data/with,comma.csv

            SOL-USDT
            BTC-USDT:USDT,more.csv\r
            """
        let manifest = try MarketManifest(text)
        #expect(
            manifest.entries.map(\.symbol.description) == [
                "BTC-USDT:USDT", "ETH-USDT", "SOL-USDT", "BTC-USDT:USDT",
            ])
        #expect(
            manifest.entries.map(\.file) == [
                "btc.csv.gz", "/data/with,comma.csv", nil, "more.csv",
            ])
        #expect(manifest.entries.map(\.line) == [3, 4, 6, 7])
    }

    @Test(arguments: [
        ("BTCUSDT,a.csv", 1, "'BTCUSDT' is no symbol"),
        ("BTC-USDT,a\n,b.csv", 2, "'' is no symbol"),
        ("\n\nBTC-USDT,  ", 3, "a file is missing"),
    ])
    func aBadLineIsNamed(text: String, line: Int, reason: String) {
        let error = #expect(throws: MarketManifest.Invalid.self) { try MarketManifest(text) }
        #expect(error?.line == line)
        #expect(error?.reason.hasPrefix(reason) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        ("BTC-USDT_USDT-1m-20250611-20251108.csv.gz", "BTC-USDT:USDT", "1m"),
        ("SOL-USDT-1m.csv", "SOL-USDT", "1m"), ("sol-usdt-4h-x-y.json", "SOL-USDT", "4h"),
        ("A1-B2-1d-.json.gz", "A1-B2", "1d"),
    ])
    func aNameTellsTheMarket(name: String, symbol: String, timeframe: String) {
        let meaning = CandleFileName(name)
        #expect(meaning?.symbol.description == symbol)
        #expect(meaning?.timeframe == Timeframe(timeframe))
    }

    @Test(arguments: [
        "BTCUSDT-1m-2025-10.csv", "BTC-USDT.csv", "BTC-USDT-7m.csv", "BTC-USDT_USDT_X-1m.csv",
        "BTC-USDT-1m.txt", "-USDT-1m.csv", ".csv", "ß-USDT-1m.csv",
    ])
    func anotherNameDoesNot(name: String) { #expect(CandleFileName(name) == nil) }
}
