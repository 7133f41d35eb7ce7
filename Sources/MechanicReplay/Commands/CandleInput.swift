public import ArgumentParser
internal import EventFormat
internal import EventStorage
public import Market
internal import Mechanic
internal import Projections
internal import SystemIO

extension CandleLayout: ExpressibleByArgument {}

/// Files of candles on the command line, read and checked.
struct CandleInput {
    /// A row that is no candle, and where it stood.
    struct Reject {
        let file: String
        let line: Int
        let reason: String
    }

    /// No rows: a market without new candles.
    init() {}

    /// The well-formed rows of all files, in their order.
    private(set) var candles = CandleColumns()
    /// The first rejects of each file.
    private(set) var rejects: [Reject] = []
    /// How many rows were rejected in all.
    private(set) var rejectedCount = 0

    /// Most bytes that a compressed file may unpack to.
    static let limit = 8 << 30

    /// Reads files.
    ///
    /// - Parameters:
    ///   - isStrict: refuse everything if one row is no candle.
    ///   - mayBeEmpty: whether a file without any row will do: a quiet hour is no error. One without
    ///     a single byte is: somebody could not write it.
    init(
        _ files: [String], layout: CandleLayout, timeframe: Timeframe, isStrict: Bool,
        mayBeEmpty: Bool = false
    ) throws {
        var isBlank = true
        for file in files {
            let name = file == FileBytes.standardInput ? "standard input" : file
            let batch: CandleBatch
            do {
                let bytes = try Self.bytes(file)
                isBlank = isBlank && bytes.isEmpty
                batch = try CandleFile.parse(bytes, layout: layout, timeframe: timeframe)
            } catch let error as GzipError {
                throw Failure(.badData, "\(name): \(error.description); nothing was appended")
            } catch let error as CandleFileError {
                throw Failure(.badData, "\(name): \(error); nothing was appended")
            }
            candles.append(contentsOf: batch.candles)
            rejects += batch.rejects.map { Reject(file: name, line: $0.line, reason: $0.reason) }
            rejectedCount += batch.rejectedCount
        }
        if let first = rejects.first, isStrict || candles.isEmpty {
            throw Failure(
                .badData,
                "\(first.file), line \(first.line): \(first.reason); \(Number.grouped(rejectedCount)) "
                    + (isStrict
                        ? "bad rows, and --strict refuses the whole batch"
                        : "bad rows and no "
                            + "good one") + "; nothing was appended")
        }
        if candles.isEmpty, isBlank || !mayBeEmpty {
            let names = files.joined(separator: ", ")
            throw Failure(.badData, "\(names): no rows; nothing was appended")
        }
    }

    private static func bytes(_ file: String) throws -> [UInt8] {
        let bytes = try FileBytes.read(path: file)
        return Gzip.isCompressed(bytes) ? try Gzip.decompress(bytes, limit: limit) : bytes
    }

    /// The clock of an append of these rows, microseconds UTC: in a simulated store the close of the
    /// last row.
    func clock(_ store: EventStore, timeframe: Timeframe) -> Int64 {
        guard store.identity.clock == .simulated, let last = candles.time.max() else {
            return SystemClock.microseconds()
        }
        return (last + timeframe.milliseconds) * 1_000
    }

    /// The clock of an update, microseconds UTC: in a simulated store the close of the last row, or
    /// without rows of the newest recorded candle.
    static func clock(
        _ input: CandleInput?, _ store: EventStore, newest: Int64?, timeframe: Timeframe
    ) -> Int64 {
        if let input { return input.clock(store, timeframe: timeframe) }
        guard store.identity.clock == .simulated else { return SystemClock.microseconds() }
        return ((newest ?? 0) + timeframe.milliseconds) * 1_000
    }

    /// The clock of an append of several markets: in a simulated store the close of the last row of
    /// all, or of the newest candle where none has rows.
    static func clock(
        _ inputs: [(market: MarketID, input: CandleInput)], _ store: EventStore,
        _ group: MarketGroup
    ) throws -> Int64 {
        guard store.identity.clock == .simulated else { return SystemClock.microseconds() }
        let closes = try inputs.compactMap { market, input in
            let last =
                try input.candles.time.max()
                ?? group.updater(market).recentState().window.newest
            return last.map { $0 + market.timeframe.milliseconds }
        }
        return (closes.max() ?? 0) * 1_000
    }
}
