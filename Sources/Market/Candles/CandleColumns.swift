/// Candles as columns of equal length, the shape that scans are fast in.
public struct CandleColumns: Equatable, Sendable {
    /// Open stamps, milliseconds UTC.
    public private(set) var time: [Int64] = []
    /// First prices.
    public private(set) var open: [Double] = []
    /// Highest prices.
    public private(set) var high: [Double] = []
    /// Lowest prices.
    public private(set) var low: [Double] = []
    /// Last prices.
    public private(set) var close: [Double] = []
    /// Volumes in the base currency.
    public private(set) var volume: [Double] = []

    /// No candles.
    public init() {}

    /// The candles of a sequence, in its order.
    public init(_ candles: some Sequence<Candle>) {
        for candle in candles { append(candle) }
    }

    /// The candles of a range, in their order.
    public func slice(_ range: Range<Int>) -> CandleColumns {
        var slice = CandleColumns()
        slice.time = Array(time[range])
        slice.open = Array(open[range])
        slice.high = Array(high[range])
        slice.low = Array(low[range])
        slice.close = Array(close[range])
        slice.volume = Array(volume[range])
        return slice
    }

    /// The candles by stamp; those with the same stamp keep their order.
    ///
    /// - Complexity: O(count) where they ascend already, O(count log count) otherwise.
    public func sortedByTime() -> CandleColumns {
        let ascends = zip(time, time.dropFirst()).allSatisfy { $0 <= $1 }
        guard !ascends else { return self }
        let order = time.indices.sorted { (time[$0], $0) < (time[$1], $1) }
        var sorted = CandleColumns()
        sorted.reserveCapacity(count)
        for index in order { sorted.append(self[index]) }
        return sorted
    }

    /// Number of candles.
    @inlinable public var count: Int { time.count }

    /// Whether there is none.
    @inlinable public var isEmpty: Bool { time.isEmpty }

    /// Reserves room for `capacity` candles in all.
    public mutating func reserveCapacity(_ capacity: Int) {
        time.reserveCapacity(capacity)
        open.reserveCapacity(capacity)
        high.reserveCapacity(capacity)
        low.reserveCapacity(capacity)
        close.reserveCapacity(capacity)
        volume.reserveCapacity(capacity)
    }

    /// Adds a candle at the end.
    ///
    /// - Complexity: amortised O(1).
    public mutating func append(_ candle: Candle) {
        time.append(candle.time)
        open.append(candle.open)
        high.append(candle.high)
        low.append(candle.low)
        close.append(candle.close)
        volume.append(candle.volume)
    }

    /// Adds candles at the end.
    public mutating func append(contentsOf other: CandleColumns) {
        time += other.time
        open += other.open
        high += other.high
        low += other.low
        close += other.close
        volume += other.volume
    }

    /// The candle at `index`.
    public subscript(index: Int) -> Candle {
        Candle(
            time: time[index], open: open[index], high: high[index], low: low[index],
            close: close[index], volume: volume[index])
    }

    /// The first index whose stamp is at or after `time`; `count` if none is.
    ///
    /// - Complexity: O(log count). The stamps must be ascending.
    public func firstIndex(atOrAfter time: Int64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self.time[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
