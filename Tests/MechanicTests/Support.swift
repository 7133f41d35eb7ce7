import EventFormat
import EventStorage
import Foundation
import Labeling
import Market
import Mechanic
import Projections
import SystemIO

/// The market of the tests.
let market = MarketID(
    venue: "binance", symbol: Symbol("BTC-USDT:USDT")!, timeframe: .oneMinute)!

/// A directory that goes away with its owner.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "mechanic-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func store(_ name: String = "store", clock: StoreIdentity.Clock = .simulated) throws
        -> EventStore
    {
        try EventStore.create(
            path: path + "/" + name, clock: clock,
            id: EventID([UInt8](repeating: 7, count: 16).rawSpan),
            now: 0, options: .volatile)
    }
}

extension EventStore.Options {
    /// Tests of meaning do not wait for the disk; tests of durability do.
    static var volatile: EventStore.Options {
        var options = EventStore.Options()
        options.isVolatile = true
        return options
    }
}

/// Files beside the checkout that a bare clone does not have.
enum Shared {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared/data").path

    /// The bytes of a file, decompressed; nil, and a word on the screen, where it is not there.
    static func bytes(_ name: String) throws -> [UInt8]? {
        guard FileSystem.exists("\(root)/\(name)") else {
            print("skipped: \(name) is not beside this checkout")
            return nil
        }
        let bytes = try FileBytes.read(path: "\(root)/\(name)")
        return Gzip.isCompressed(bytes) ? try Gzip.decompress(bytes, limit: 1 << 30) : bytes
    }

    static func candles(_ name: String) throws -> CandleColumns? {
        guard let bytes = try bytes(name) else { return nil }
        return try CandleFile.parse(bytes, layout: .auto, timeframe: .oneMinute).candles
    }
}

/// The clock of a simulated store: the close of the last row, microseconds UTC.
func close(_ candles: CandleColumns) -> Int64 {
    ((candles.time.max() ?? 0) + 60_000) * 1_000
}

extension Shared {
    /// The text of a page of the documentation.
    static func page(_ name: String) throws -> String {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/EventStorage/EventStorage.docc/\(name)").path
        return String(decoding: try FileBytes.read(path: path), as: UTF8.self)
    }
}
