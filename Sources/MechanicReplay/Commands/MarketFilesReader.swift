internal import Market
internal import SystemIO

/// The rows of many markets, read on several threads and handed on in waves: all rows of hundreds of
/// markets may be more than the memory.
struct MarketFilesReader {
    let input: InputOptions
    let threads: Int

    /// A market and its rows, or why it has none.
    typealias Loaded = (market: MarketID, rows: Result<CandleInput?, any Error>)

    /// Bytes of files, unpacked, that are held at once; the files of most updates are far less.
    private static let waveBytes = 512 << 20

    /// Calls `body` with one wave of markets after the other.
    ///
    /// - Throws: with `--strict` the first file's error, before `body` is called at all.
    func read(_ markets: [MarketFiles], _ body: ([Loaded]) throws -> Void) throws {
        if input.strict {
            for wave in waves(markets) {
                for loaded in try load(wave) { _ = try loaded.rows.get() }
            }
        }
        for wave in waves(markets) { try body(try load(wave)) }
    }

    private func waves(_ markets: [MarketFiles]) -> [[MarketFiles]] {
        var waves: [[MarketFiles]] = [[]]
        var bytes = 0
        for market in markets {
            let own = market.files.reduce(0) { sum, file in
                // Candles pack to a fifth. One that is missing shows when it is read.
                let bytes = (try? FileSystem.status(at: file).byteCount) ?? 0
                return sum + bytes * (file.hasSuffix(".gz") ? 5 : 1)
            }
            if bytes + own > Self.waveBytes, !waves[waves.count - 1].isEmpty {
                waves.append([])
                bytes = 0
            }
            waves[waves.count - 1].append(market)
            bytes += own
        }
        return waves
    }

    private func load(_ markets: [MarketFiles]) throws -> [Loaded] {
        let (layout, isStrict) = (input.layout, input.strict)
        let rows = try Parallel.map(markets.count, threads: threads) { index in
            Result {
                markets[index].files.isEmpty
                    ? nil
                    : try CandleInput(
                        markets[index].files, layout: layout,
                        timeframe: markets[index].market.timeframe, isStrict: isStrict,
                        mayBeEmpty: true)
            }
        }
        return zip(markets, rows).map { ($0.market, $1) }
    }
}
