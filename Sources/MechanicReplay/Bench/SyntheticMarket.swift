internal import Market

/// A market that never was: a random walk by integer arithmetic, the same on every machine.
enum SyntheticMarket {
    /// Minutes from 2025-06-11 on, prices on a grid of 0.1 around 100,000.
    static func candles(count: Int) -> CandleColumns {
        var columns = CandleColumns()
        columns.reserveCapacity(count)
        var seed: UInt64 = 0x6D65_6368_616E_6963
        // SplitMix64 (Steele, Lea and Flood 2014).
        func next(_ bound: UInt64) -> Int64 {
            seed &+= 0x9E37_79B9_7F4A_7C15
            var z = seed
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int64((z ^ (z >> 31)) % bound)
        }
        var tick: Int64 = 1_000_000
        let start = UTCDay(year: 2025, month: 6, day: 11).start
        for minute in 0..<count {
            let open = tick
            // Three draws give a hump; the range of about 6 bps a minute is that of bitcoin.
            tick += next(601) + next(601) + next(601) - 900
            if tick < 500_000 { tick = 500_000 }
            let high = max(open, tick) + next(200)
            let low = min(open, tick) - next(200)
            columns.append(
                Candle(
                    time: start + Int64(minute) * 60_000, open: Double(open) / 10,
                    high: Double(high) / 10, low: Double(low) / 10, close: Double(tick) / 10,
                    volume: Double(next(50_000)) / 1_000))
        }
        return columns
    }
}
