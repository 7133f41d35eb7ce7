internal import ArgumentParser
internal import Market
internal import SystemIO

/// One market by `--symbol`, or many by `--manifest`.
struct MarketsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The pair: BTC/USDT:USDT, BTC-USDT:USDT, BTC/USDT or BTC-USDT.", valueName: "symbol"))
    var symbol: Symbol?

    @Option(
        help: ArgumentHelp(
            "Many markets at once: a list with lines 'symbol,file', or a folder of files named as "
                + "BTC-USDT_USDT-1m-anything.csv.gz.", valueName: "file|folder"))
    var manifest: String?

    @Option(
        help: ArgumentHelp(
            "How many threads read and label; the result is the same (default: one a processor).",
            valueName: "count"))
    var threads: Int?

    @OptionGroup var venue: VenueOptions

    func validate() throws {
        if let threads, !(1...256).contains(threads) {
            throw ValidationError("--threads \(threads): expected 1 … 256")
        }
    }

    /// How many threads work.
    var threadCount: Int { threads ?? Processors.count }

    /// What was asked for.
    enum Choice {
        case one(MarketID)
        case many([MarketFiles])
    }

    /// What was asked for: exactly one of the two.
    func choice() throws -> Choice {
        switch (symbol, manifest) {
        case (let symbol?, nil): return .one(try venue.market(symbol))
        case (nil, let manifest?): return .many(try MarketFiles.load(manifest, venue))
        case (nil, nil):
            throw Failure(.usage, "give --symbol for one market, or --manifest for many")
        case (_?, _?): throw Failure(.usage, "--symbol and --manifest exclude each other")
        }
    }
}
