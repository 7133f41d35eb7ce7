import DriftStatistics
import Foundation
import Labeling
import Market
import SystemIO
import Testing

/// The classic tests at every midnight of 113 days of real candles.
struct GoldenTests {
    struct Day: Decodable {
        struct Labels: Decodable {
            let current_labels: Int
            let reference_labels: Int
            let current_profitable: Int
            let reference_profitable: Int
            let label_drift: Double
            let label_drifted: Bool
            let cost_current_mean: Double
            let cost_reference_mean: Double
            let cost_drift: Double
            let cost_drifted: Bool
            let severity: String
        }
        let end_ms: Int64
        let end: String
        let current_rows: Int
        let reference_rows: Int
        let ks_statistic: Double
        let ks_pvalue: Double
        let ks_drifted: Bool
        let psi: Double
        let psi_drifted: Bool
        let psi_bins: [Double]
        let psi_counts_current: [Int]
        let psi_counts_reference: [Int]
        let current_outside_reference_range: Int
        let all: Labels
        let last1000: Labels
    }

    /// Candles and labels of the file, and the windows in them.
    struct History {
        let candles: CandleColumns
        let labels: [Label]

        init(_ candles: CandleColumns) {
            self.candles = candles
            labels =
                BatchLabeler.labels(of: candles, timeframe: .oneMinute, configuration: .scalp)
                .labels
        }

        func rows(_ range: Range<Int64>) -> (times: [Int64], closes: [Double]) {
            let first = candles.firstIndex(atOrAfter: range.lowerBound)
            let last = candles.firstIndex(atOrAfter: range.upperBound)
            return (Array(candles.time[first..<last]), Array(candles.close[first..<last]))
        }

        func tally(_ range: Range<Int64>, knownBy end: Int64, last: Int?) -> LabelTally {
            let first = firstLabel(atOrAfter: range.lowerBound)
            let closed = labels[first..<firstLabel(atOrAfter: range.upperBound)]
                .filter { $0.knownAt(.oneMinute) <= end }
            var tally = LabelTally()
            for label in closed.suffix(last ?? closed.count) {
                tally.add(
                    isProfitable: label.isMeta, costBps: label.costsBps,
                    heldCandles: (label.decidedAt - label.entryTime) / 60_000)
            }
            return tally
        }

        private func firstLabel(atOrAfter time: Int64) -> Int {
            var (low, high) = (0, labels.count)
            while low < high {
                let middle = (low + high) / 2
                if labels[middle].entryTime < time { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    private func load(from place: URL) throws -> (History, [Day]) {
        let file = place.appending(path: "BTC-USDT_USDT-1m-20250611-20251108.csv.gz").path
        let bytes = try Gzip.decompress(FileBytes.read(path: file), limit: 1 << 30)
        var columns = CandleColumns()
        for line in String(decoding: bytes, as: UTF8.self).utf8.split(separator: 0x0A) {
            let fields = line.split(separator: 0x2C).prefix(6).map { Substring($0) }
            let values = fields.dropFirst().compactMap { Double($0) }
            let time = try #require(Int64(fields[0]))
            try #require(values.count == 5)
            columns.append(
                Candle(
                    time: time, open: values[0], high: values[1], low: values[2],
                    close: values[3], volume: values[4]))
        }
        let golden = place.appending(path: "goldens/drift_BTC-USDT_USDT.jsonl")
        let days = try String(contentsOf: golden, encoding: .utf8).split(separator: "\n")
            .map { try JSONDecoder().decode(Day.self, from: Data($0.utf8)) }
        return (History(columns), days)
    }

    @Test func everyDay() throws {
        guard let place = Fixture.shared else {
            return print("skipped: no golden drift beside the repository")
        }
        let (history, days) = try load(from: place)
        #expect(days.count == 113)
        let slide = Slide()
        for day in days { check(day, history, slide) }
    }

    /// The reference of the day before: the next is slid from it.
    private final class Slide {
        var returns: SortedSample?
        var values: [Double] = []
    }

    private func check(_ day: Day, _ history: History, _ slide: Slide) {
        let dayLength: Int64 = 86_400_000
        let end = day.end_ms
        let currentRange = end - 7 * dayLength..<end
        let referenceRange = end - 37 * dayLength..<end - 7 * dayLength
        let current = history.rows(currentRange)
        let reference = history.rows(referenceRange)
        #expect(current.times.count == day.current_rows)
        #expect(reference.times.count == day.reference_rows)

        var window = DriftWindow(
            times: current.times, closes: current.closes, interval: 60_000, labels: LabelTally())
        var baseline = DriftReference(
            times: reference.times, closes: reference.closes, interval: 60_000,
            labels: LabelTally())
        let returns = WindowReturns(
            times: reference.times, closes: reference.closes, interval: 60_000
        ).values
        if var slid = slide.returns {
            slid.slide(removing: Array(slide.values.prefix(1_440)), adding: returns.suffix(1_440))
            #expect(slid == baseline.returns)
        }
        (slide.returns, slide.values) = (baseline.returns, returns)

        for (expected, last) in [(day.all, nil), (day.last1000, 1_000 as Int?)] {
            window.labels = history.tally(currentRange, knownBy: end, last: last)
            baseline.labels = history.tally(referenceRange, knownBy: end, last: last)
            let thresholds = DriftThresholds(minimumLabels: last == nil ? 1_000 : 100)
            let verdict = ClassicProfile(thresholds: thresholds).verdict(
                of: window, against: baseline)
            if last == nil { check(verdict, day) }
            check(verdict, expected, day.end)
        }
    }

    private func check(_ verdict: DriftVerdict, _ day: Day) {
        let (ks, psi) = (verdict.tests[0], verdict.tests[1])
        #expect(ks.statistic == day.ks_statistic, "\(day.end)")
        #expect(isNear(ks.pValue ?? .nan, day.ks_pvalue, 1e-9), "\(day.end)")
        #expect(ks.isDrifted == day.ks_drifted, "\(day.end)")
        #expect(verdict.bins?.edges == day.psi_bins, "\(day.end)")
        #expect(verdict.bins?.counts == day.psi_counts_reference, "\(day.end)")
        #expect(verdict.stability?.counts == day.psi_counts_current, "\(day.end)")
        #expect(verdict.stability?.outside == day.current_outside_reference_range, "\(day.end)")
        #expect(isNear(psi.statistic ?? .nan, day.psi, 1e-12), "\(day.end)")
        #expect(psi.isDrifted == day.psi_drifted, "\(day.end)")
    }

    private func check(_ verdict: DriftVerdict, _ expected: Day.Labels, _ end: String) {
        let (labels, costs) = (verdict.tests[2], verdict.tests[3])
        #expect(labels.current.count == expected.current_labels, "\(end)")
        #expect(labels.reference.count == expected.reference_labels, "\(end)")
        let shares = (
            Double(expected.current_profitable) / Double(expected.current_labels),
            Double(expected.reference_profitable) / Double(expected.reference_labels)
        )
        #expect(labels.current.value == shares.0, "\(end)")
        #expect(labels.reference.value == shares.1, "\(end)")
        #expect(isNear(labels.statistic ?? .nan, expected.label_drift, 1e-9), "\(end)")
        #expect(labels.isDrifted == expected.label_drifted, "\(end)")
        #expect(isNear(costs.current.value ?? .nan, expected.cost_current_mean, 1e-9), "\(end)")
        #expect(isNear(costs.reference.value ?? .nan, expected.cost_reference_mean, 1e-9), "\(end)")
        #expect(isNear(costs.statistic ?? .nan, expected.cost_drift, 1e-9), "\(end)")
        #expect(costs.isDrifted == expected.cost_drifted, "\(end)")
        #expect(verdict.severity.rawValue == expected.severity, "\(end)")
    }
}
