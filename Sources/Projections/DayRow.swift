internal import EventFormat
public import Labeling
public import Market

/// A row that a ``DayGrid`` holds: it has a stamp and canonical bytes.
public protocol DayRow: Sendable, BitwiseCopyable {
    /// Stands in a slot without a row.
    static var placeholder: Self { get }
    /// The stamp, milliseconds UTC.
    var stamp: Int64 { get }
    /// Appends the canonical bytes: what a state digest covers.
    func encode(into buffer: inout [UInt8])
}

extension Candle: DayRow {
    /// No candle.
    public static var placeholder: Candle {
        Candle(time: 0, open: 0, high: 0, low: 0, close: 0, volume: 0)
    }

    /// The open stamp.
    public var stamp: Int64 { time }

    /// Time, open, high, low, close, volume: 48 bytes.
    public func encode(into buffer: inout [UInt8]) {
        buffer.append(littleEndian: time)
        buffer.append(littleEndian: open.bitPattern)
        buffer.append(littleEndian: high.bitPattern)
        buffer.append(littleEndian: low.bitPattern)
        buffer.append(littleEndian: close.bitPattern)
        buffer.append(littleEndian: volume.bitPattern)
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
    public func encode(into buffer: inout [UInt8]) {
        buffer.append(littleEndian: entryTime)
        buffer.append(littleEndian: entryPrice.bitPattern)
        buffer.append(littleEndian: exitTime)
        buffer.append(littleEndian: exitPrice.bitPattern)
        buffer.append(littleEndian: decidedAt)
        buffer.append(littleEndian: grossBps.bitPattern)
        buffer.append(littleEndian: costsBps.bitPattern)
        buffer.append(littleEndian: netBps.bitPattern)
        buffer.append(littleEndian: UInt64(reason.rawValue) | UInt64(flags.rawValue) << 8)
    }
}
