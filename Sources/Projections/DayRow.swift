public import Labeling
public import Market

/// A row that a ``DayGrid`` holds: it has a stamp and canonical bytes.
public protocol DayRow: Sendable, BitwiseCopyable {
    /// Stands in a slot without a row.
    static var placeholder: Self { get }
    /// The stamp, milliseconds UTC.
    var stamp: Int64 { get }
    /// Appends the canonical bytes, as little-endian words: what a state digest covers.
    func encode(into words: inout [UInt64])
}

extension Candle: DayRow {
    /// No candle.
    public static var placeholder: Candle {
        Candle(time: 0, open: 0, high: 0, low: 0, close: 0, volume: 0)
    }

    /// The open stamp.
    public var stamp: Int64 { time }

    /// Time, open, high, low, close, volume: 48 bytes.
    public func encode(into words: inout [UInt64]) {
        words.append(UInt64(bitPattern: time).littleEndian)
        words.append(open.bitPattern.littleEndian)
        words.append(high.bitPattern.littleEndian)
        words.append(low.bitPattern.littleEndian)
        words.append(close.bitPattern.littleEndian)
        words.append(volume.bitPattern.littleEndian)
    }
}

extension Label: DayRow {
    /// No label.
    public static var placeholder: Label {
        Label(
            entryTime: 0, entryPrice: 0, exitTime: 0, exitPrice: 0, decidedAt: 0, grossBps: 0,
            costsBps: 0, netBps: 0, reason: .timeout, flags: [])
    }

    /// The open stamp of the entry candle.
    public var stamp: Int64 { entryTime }

    /// The eight words of the columns, reason, flags and six zeros: 72 bytes.
    public func encode(into words: inout [UInt64]) {
        words.append(UInt64(bitPattern: entryTime).littleEndian)
        words.append(entryPrice.bitPattern.littleEndian)
        words.append(UInt64(bitPattern: exitTime).littleEndian)
        words.append(exitPrice.bitPattern.littleEndian)
        words.append(UInt64(bitPattern: decidedAt).littleEndian)
        words.append(grossBps.bitPattern.littleEndian)
        words.append(costsBps.bitPattern.littleEndian)
        words.append(netBps.bitPattern.littleEndian)
        words.append((UInt64(reason.rawValue) | UInt64(flags.rawValue) << 8).littleEndian)
    }
}
