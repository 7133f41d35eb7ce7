internal import CBaselines
internal import Labeling
internal import Market

/// Batch and incremental labels against a literal scan in C.
enum LabelBench {
    static func run(_ history: CandleColumns) -> [BenchResult] {
        let count = min(history.count, 129_600)
        let candles = history.slice(history.count - count..<history.count)
        return LabelingConfiguration.presets.flatMap { measure($0, candles) }
    }

    private static func measure(
        _ preset: LabelingConfiguration.Preset, _ candles: CandleColumns
    ) -> [BenchResult] {
        let configuration = preset.configuration
        var (scan, outcomes, labels, stream): ([Double], [Double], [Double], [Double]) =
            ([], [], [], [])
        // In turn, so that a slow spell of the machine meets all of them.
        for _ in 0..<15 {
            scan.append(Stopwatch.microseconds { literalScan(candles, configuration) })
            outcomes.append(
                Stopwatch.microseconds {
                    BatchLabeler.outcomes(of: candles, configuration: configuration)
                })
            labels.append(
                Stopwatch.microseconds {
                    BatchLabeler.labels(
                        of: candles, timeframe: .oneMinute, configuration: configuration)
                })
            stream.append(Stopwatch.microseconds { incremental(candles, configuration) })
        }
        let base = Stopwatch.median(scan)
        func result(_ what: String, _ values: [Double]) -> BenchResult {
            let median = Stopwatch.median(values)
            return BenchResult(
                what: "\(preset.name) \(what)", median: median / 1e3, unit: "ms",
                ratio: median / base, against: "C -O3 scan")
        }
        return [
            BenchResult(what: "\(preset.name) C -O3 scan", median: base / 1e3, unit: "ms"),
            result("batch", outcomes), result("batch with costs", labels),
            result("one pass", stream),
        ] + [update(preset, candles)]
    }

    /// 60 candles into a warm state.
    private static func update(
        _ preset: LabelingConfiguration.Preset, _ candles: CandleColumns
    ) -> BenchResult {
        var labeler = IncrementalLabeler(
            timeframe: .oneMinute, configuration: preset.configuration)
        var labels: [Label] = []
        var times: [Double] = []
        for start in stride(from: 0, to: candles.count - 60, by: 60) {
            labels.removeAll(keepingCapacity: true)
            times.append(
                Stopwatch.microseconds {
                    for index in start..<start + 60 {
                        labeler.advance(candles[index], closing: &labels)
                    }
                })
        }
        let warm = times.dropFirst(times.count / 10).sorted()
        return BenchResult(
            what: "\(preset.name) 60 candles, p99", median: warm[warm.count * 99 / 100], unit: "µs")
    }

    private static func literalScan(
        _ candles: CandleColumns, _ configuration: LabelingConfiguration
    ) -> Int32 {
        var exits = [Int32](repeating: 0, count: candles.count)
        var reasons = [UInt8](repeating: 0, count: candles.count)
        unsafe mr_scan(
            candles.time, candles.high, candles.low, candles.close, candles.count,
            1 + configuration.takeProfitBps / 10_000, 1 - configuration.stopLossBps / 10_000,
            configuration.timeoutMilliseconds, &exits, &reasons)
        return exits[0]
    }

    private static func incremental(
        _ candles: CandleColumns, _ configuration: LabelingConfiguration
    ) -> Int {
        var labeler = IncrementalLabeler(timeframe: .oneMinute, configuration: configuration)
        var labels: [Label] = []
        labels.reserveCapacity(candles.count)
        for index in 0..<candles.count { labeler.advance(candles[index], closing: &labels) }
        return labels.count
    }
}
