internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic

/// `verify --deep` without the replay: the raw file's pages, then the log with every key looked up,
/// against SHA-256 of blocks of 16 KiB on one thread (what `openssl speed -bytes 16384 sha256` does).
enum VerifyBench {
    static func run(_ history: CandleColumns, _ directory: String) throws -> [BenchResult] {
        let path = "\(directory)/verified"
        var options = EventStore.Options()
        options.isVolatile = true
        let store = try EventStore.create(
            path: path, clock: .simulated, id: .none, now: 0, options: options)
        let market = MarketID(
            venue: "bench", symbol: Symbol("BTC-USDT")!, timeframe: .oneMinute)!
        let backfill = Backfill(
            updater: Updater(store: store, market: market), every: 3_600_000,
            configurations: [.scalp])
        _ = try backfill.run(history) { _, _, _ in }
        var (hashing, walking, plain, deep): ([Double], [Double], [Double], [Double]) =
            ([], [], [], [])
        var pages = 0
        var bytes = 0
        // In turn, so that a slow spell of the machine meets all of them.
        for _ in 0..<9 {
            hashing.append(Stopwatch.microseconds(hashBlocks))
            walking.append(
                try Stopwatch.microseconds {
                    pages = try EventStore.checkPages(path: path).checkedPages
                })
            plain.append(try Stopwatch.microseconds { try store.verify() })
            deep.append(
                try Stopwatch.microseconds { bytes = try store.verify(isDeep: true).checkedBytes })
        }
        let base = Double(blocks * blockBytes) / Stopwatch.median(hashing)
        let both = zip(walking, deep).map { $0 + $1 }
        func result(_ what: String, _ bytes: Int, _ times: [Double]) -> BenchResult {
            let speed = Double(bytes) / Stopwatch.median(times)
            return BenchResult(
                what: what, median: speed, unit: "MB/s", ratio: speed / base,
                against: "SHA-256 of 16 KiB", bytes: bytes)
        }
        let fileBytes = pages * 4_096
        return [
            BenchResult(what: "SHA-256 of 16 KiB blocks", median: base, unit: "MB/s"),
            result("verify, by bytes of events", bytes, plain),
            result("pages of the file", fileBytes, walking),
            result("deep verify, by bytes of events", bytes, both),
            result("deep verify, by bytes of the file in use", fileBytes, both),
        ]
    }

    private static let blockBytes = 16_384
    private static let blocks = 2_000

    private static func hashBlocks() {
        let hasher = SHA256()
        let block = [UInt8](repeating: 0x5A, count: blockBytes)
        for _ in 0..<blocks { _ = hasher.hash(block) }
    }
}
