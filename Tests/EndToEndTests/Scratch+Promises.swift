import CanonicalJSON
import Foundation
import Testing

/// A labelled store whose state at moments is promised and compared.
extension Scratch {
    private static let symbol = ["--symbol", "BTC/USDT:USDT"]

    /// Three hours of candles and their labels: 16 events, 8 of them in the first commit.
    static func labelled() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("a.csv", SyntheticHistory.csv(minutes: 180))
        let done = try scratch.run(
            ["backfill", "a.csv", "--every", "1h", "--config", "scalp"] + symbol)
        #expect(done.code == 0, "\(done.messages)")
        return scratch
    }

    /// Appends an hour that follows the first three: 4 events.
    func goOn(hour: Int, seed: UInt64 = 1) throws {
        let start = SyntheticHistory.start + Int64(hour) * 60 * 60_000
        try file("more.csv", SyntheticHistory.csv(minutes: 60, seed: seed, start: start))
        let done = try run(["update", "--candles", "more.csv"] + Self.symbol)
        #expect(done.code == 0, "\(done.messages)")
    }

    /// Writes a checkpoint, signed with `a.key`, to a file.
    func checkpoint(_ name: String, _ more: String...) throws {
        let done = try run(["checkpoint", "--key", "a.key"] + more)
        #expect(done.code == 0, "\(done.messages)")
        try file(name, done.output)
    }

    /// What the store's checkpoints call it.
    var origin: String {
        get throws { "mechanic-replay/" + (try run("status").json()["store_id"]?.text ?? "") }
    }

    /// Copies the store as it is now, to be put back later.
    func keep(_ name: String) throws {
        try FileManager.default.copyItem(atPath: store, toPath: url(name).path)
    }

    /// The text of a file of this scratch.
    func text(_ name: String) throws -> String {
        try String(contentsOf: url(name), encoding: .utf8)
    }
}

extension Data {
    /// The bytes of hexadecimal digits.
    init(hex text: String) {
        let digits = text.compactMap(\.hexDigitValue)
        self.init(
            stride(from: 0, to: digits.count - 1, by: 2).map {
                UInt8(digits[$0] * 16 + digits[$0 + 1])
            })
    }
}
