/// A market walked in whole tenths: the same text on every machine, without any floating point.
enum SyntheticHistory {
    /// 2025-10-10T00:00Z.
    static let start: Int64 = 1_760_054_400_000

    /// `timestamp,open,high,low,close,volume` of so many minutes.
    static func csv(minutes: Int, seed: UInt64 = 1, start: Int64 = start) -> String {
        "timestamp,open,high,low,close,volume\n"
            + rows(minutes: minutes, seed: seed, start: start).map { $0 + "\n" }.joined()
    }

    static func rows(minutes: Int, seed: UInt64 = 1, start: Int64 = start) -> [String] {
        var random = SplitMix64(seed: seed)
        var price: Int64 = 1_216_720
        var rows: [String] = []
        for minute in 0..<Int64(minutes) {
            let open = price
            price = max(100_000, price + Int64(random.next() % 1_601) - 800)
            let high = max(open, price) + Int64(random.next() % 400)
            let low = min(open, price) - Int64(random.next() % 400)
            let volume = Int64(random.next() % 1_000)
            rows.append(
                "\(start + minute * 60_000),\(tenths(open)),\(tenths(high)),\(tenths(low)),"
                    + "\(tenths(price)),\(tenths(volume))")
        }
        return rows
    }

    private static func tenths(_ value: Int64) -> String { "\(value / 10).\(value % 10)" }
}
