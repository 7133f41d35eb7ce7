/// The six values of a candle, in the order in which files without a header write them.
enum CandleField: Int, CaseIterable {
    case time, open, high, low, close, volume

    /// The name in messages.
    var name: String { self == .time ? "timestamp" : names[0] }

    /// The names a header may use, lower case, the surest first: a file with `timestamp` and `ts`
    /// means the former.
    var names: [String] {
        switch self {
        case .time: ["timestamp", "timestamp_ms", "open_time", "time", "date", "ts"]
        case .open: ["open"]
        case .high: ["high"]
        case .low: ["low"]
        case .close: ["close"]
        case .volume: ["volume"]
        }
    }
}
