/// Gathers the rows of a file: what CSV and JSON have in common.
struct CandleRows {
    let timeframe: Timeframe
    /// The file's unit, once a stamp has decided it.
    var unit: StampUnit?
    var batch: CandleBatch

    init(timeframe: Timeframe, layout: CandleLayout) {
        self.timeframe = timeframe
        batch = CandleBatch(layout: layout)
    }

    /// Takes a row whose fields stand at these bytes, all of them found.
    ///
    /// - Parameter fields: by ``CandleField``'s order.
    mutating func take(
        _ bytes: Span<UInt8>, _ fields: borrowing InlineArray<6, Range<Int>>
    ) throws(RowDefect) {
        let candle = Candle(
            time: try time(bytes, fields[0]),
            open: try Self.number(bytes, .open, fields[1]),
            high: try Self.number(bytes, .high, fields[2]),
            low: try Self.number(bytes, .low, fields[3]),
            close: try Self.number(bytes, .close, fields[4]),
            volume: try Self.number(bytes, .volume, fields[5]))
        if let defect = CandleDefect.of(candle, timeframe: timeframe) { throw .values(defect) }
        batch.candles.append(candle)
    }

    private static func number(
        _ bytes: Span<UInt8>, _ field: CandleField, _ range: Range<Int>
    ) throws(RowDefect) -> Double {
        guard !range.isEmpty else { throw .empty(field) }
        guard let value = DecimalText.value(bytes, range) else { throw .notNumber(field, range) }
        return value
    }

    /// The stamp in milliseconds UTC.
    private mutating func time(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(RowDefect) -> Int64 {
        guard !range.isEmpty else { throw .empty(.time) }
        guard let stamp = Self.stamp(bytes, range) else {
            guard let moment = UTCTime.microseconds(bytes, range) else { throw .notTime(range) }
            guard moment > 0, StampUnit(of: UInt64(moment)) == .microseconds else {
                throw .strangeTime(range)
            }
            return try Self.milliseconds(UInt64(moment), .microseconds)
        }
        guard let found = StampUnit(of: stamp) else { throw .strangeTime(range) }
        let expected = unit ?? found
        unit = expected
        guard found == expected else { throw .otherUnit(found, expected: expected) }
        return try Self.milliseconds(stamp, found)
    }

    private static func milliseconds(
        _ stamp: UInt64, _ unit: StampUnit
    ) throws(RowDefect) -> Int64 {
        let (milliseconds, rest) = stamp.quotientAndRemainder(dividingBy: unit.rawValue)
        guard rest == 0 else { throw .values(.offGrid) }
        return Int64(milliseconds)
    }

    /// A count since 1970; also as `1749640620000.0`, which is how some programs write it.
    private static func stamp(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        if let integer = DecimalText.integer(bytes, range) { return integer }
        return DecimalText.value(bytes, range).flatMap { UInt64(exactly: $0) }
    }
}
