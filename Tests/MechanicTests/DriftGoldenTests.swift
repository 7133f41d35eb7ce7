import CanonicalJSON
import DriftStatistics
import EventFormat
import EventStorage
import Market
import Mechanic
import Projections
import Testing

/// Drift of real candles, through the store, against goldens computed elsewhere.
struct DriftGoldenTests {
    private static let file = "BTC-USDT_USDT-1m-20250611-20251108.csv.gz"

    /// One day of the golden file.
    private struct Day {
        let json: JSONValue
        let end: Int64

        func number(_ name: String, _ variant: String? = nil) -> Double {
            (variant.flatMap { json[$0] } ?? json)[name]?.double ?? .nan
        }

        func severity(_ variant: String) -> String { json[variant]?["severity"]?.text ?? "" }
    }

    private func days() throws -> [Day]? {
        guard let text = try Shared.bytes("goldens/drift_BTC-USDT_USDT.jsonl") else { return nil }
        return try text.split(separator: 0x0A).map {
            let json = try JSONValue(parsing: Array($0))
            return Day(json: json, end: try #require(json["end_ms"]?.int64))
        }
    }

    /// A history told day by day: a check at every midnight, as an hourly updater would make it.
    @Test func everyMidnightIsRecordedAsTheGoldenHasIt() throws {
        guard let candles = try Shared.candles(Self.file), let days = try days() else { return }
        let scratch = try Scratch()
        let updater = Updater(store: try scratch.store(), market: market)
        var checks: [Int64: DriftCheck] = [:]
        let backfill = Backfill(
            updater: updater, every: UTCDay.milliseconds, configurations: [.scalp])
        _ = try backfill.run(candles) { step, _, _ in
            if let check = step.report.drift.first?.check { checks[check.end] = check }
        }
        #expect(days.count == 113)
        for day in days {
            let check = try #require(checks[day.end])
            expect(check, day, "all")
        }
        try expectInquiries(updater, days)
        let recomputation = try Recomputation.run(updater.store)
        let difference = recomputation.differences.first?.message
        #expect(difference == nil)
        #expect(recomputation.checkedVerdicts > 400)
    }

    private func expectInquiries(_ updater: Updater, _ days: [Day]) throws {
        let state = try updater.state()
        for variant in [DriftPolicy.Labels.all, .last1000] {
            var configuration = LabelingConfiguration.scalp
            configuration.drift.labels = variant
            let identified = IdentifiedConfiguration(configuration)
            // The first and last days, those of the crash, and every tenth.
            for (index, day) in days.enumerated()
            where index % 10 == 0 || index == days.count - 1 || (84...97).contains(index) {
                let inquiry = try updater.store.read { view in
                    try DriftInquiry.ask(
                        view, state, state.labellings[0], identified,
                        current: day.end - 7 * UTCDay.milliseconds..<day.end,
                        at: try view.head().position)
                }
                expect(inquiry.check, day, variant.rawValue)
                let edges = day.json["psi_bins"]?.elements?.compactMap(\.double)
                #expect(inquiry.bins?.edges == edges)
            }
        }
    }

    private func expect(_ check: DriftCheck, _ day: Day, _ variant: String) {
        let comment = Comment(rawValue: UTCTime.text(milliseconds: day.end))
        func near(_ value: Double?, _ name: String, _ variant: String? = nil) {
            let golden = day.number(name, variant)
            let error = abs((value ?? .nan) - golden)
            #expect(error <= 1e-9 * abs(golden), "\(name) \(comment)")
        }
        near(check[.ks]?.statistic, "ks_statistic")
        near(check[.ks]?.pValue, "ks_pvalue")
        near(check[.psi]?.statistic, "psi")
        near(check[.labels]?.statistic, "label_drift", variant)
        near(check[.costs]?.statistic, "cost_drift", variant)
        near(check[.costs]?.current.value, "cost_current_mean", variant)
        near(check[.costs]?.reference.value, "cost_reference_mean", variant)
        #expect(Double(check.outside) == day.number("current_outside_reference_range"), comment)
        let counts = day.json["psi_counts_current"]?.elements?.compactMap(\.int64)
        #expect(check.psiCounts.map(Int64.init) == counts, comment)
        #expect(check.severity.rawValue == day.severity(variant), comment)
        if variant == "all", Self.crash.contains(day.end) {
            #expect(check.severity == .severe, comment)
        }
    }

    /// 2025-10-11 to 2025-10-23.
    private static let crash =
        UTCDay(year: 2025, month: 10, day: 11)
        .start...UTCDay(year: 2025, month: 10, day: 23).start
}
