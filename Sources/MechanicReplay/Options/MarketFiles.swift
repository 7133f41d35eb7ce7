internal import Market
internal import SystemIO

/// A market and the files of its candles.
struct MarketFiles: Sendable {
    let market: MarketID
    /// In the order in which their rows apply.
    fileprivate(set) var files: [String] = []

    /// Reads a list, or the names in a folder; the markets come in the order of their first files.
    static func load(_ path: String, _ venue: VenueOptions) throws -> [MarketFiles] {
        try FileSystem.isDirectory(path) ? folder(path, venue) : list(path, venue)
    }

    private static func list(_ path: String, _ venue: VenueOptions) throws -> [MarketFiles] {
        let manifest: MarketManifest
        do {
            let bytes = try FileBytes.read(path: path)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Failure(.badData, "\(path): the list is no UTF-8 text")
            }
            manifest = try MarketManifest(
                text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text)
        } catch let error as MarketManifest.Invalid {
            throw Failure(.badData, "\(path), \(error)")
        }
        var markets: [MarketFiles] = []
        for entry in manifest.entries {
            let isAbsolute = entry.file?.hasPrefix("/") == true
            let file = entry.file.map {
                isAbsolute ? $0 : "\(FileSystem.directory(of: path))/\($0)"
            }
            markets.add(file, of: try venue.market(entry.symbol))
        }
        guard !markets.isEmpty else { throw Failure(.badData, "\(path): the list names no market") }
        return markets
    }

    private static func folder(_ path: String, _ venue: VenueOptions) throws -> [MarketFiles] {
        var markets: [MarketFiles] = []
        for name in try FileSystem.names(in: path)
        where CandleFileName.isCandles(name) && !name.hasPrefix(".") {
            guard let meaning = CandleFileName(name) else {
                throw Failure(
                    .badData,
                    "\(path)/\(name): the name does not tell the market; call it as "
                        + "BTC-USDT_USDT-1m-anything.csv.gz, or give a list by --manifest")
            }
            markets.add(
                "\(path)/\(name)", of: try venue.market(meaning.symbol, meaning.timeframe))
        }
        guard !markets.isEmpty else {
            throw Failure(
                .noInput, "\(path): no files named as BTC-USDT_USDT-1m-anything.csv.gz are there")
        }
        return markets
    }
}

extension [MarketFiles] {
    /// Adds a file to its market, which may be new; nil for a market without one.
    fileprivate mutating func add(_ file: String?, of market: MarketID) {
        let index = firstIndex { $0.market == market } ?? count
        if index == count { append(MarketFiles(market: market)) }
        if let file { self[index].files.append(file) }
    }
}
