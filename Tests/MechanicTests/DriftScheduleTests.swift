import DriftStatistics
import EventFormat
import Market
import Mechanic
import Projections
import Testing

/// When a drift check is due.
struct DriftScheduleTests {
    @Test func checksComeAtMultiplesOfTheIntervalWhateverTheBatches() throws {
        for batch in [1, 2, 3, 6] {
            let market = try DriftMarket([DriftMarket.configuration()])
            var causes: [Int64: DriftCheck.Cause] = [:]
            var rows: [Candle] = []
            for hour in 0..<60 {
                rows.append(market.candle(hour, price: 1_000))
                guard (hour + 1) % batch == 0 else { continue }
                let outcome = try market.bench.update(rows).drift[0]
                rows = []
                if let check = outcome.check { causes[check.end] = check.cause }
                #expect(outcome.monitor?.range.upperBound == DriftMarket.stamp(hour + 1))
            }
            // The first one as soon as there is anything, then at 6, 12, 18 and 0 o'clock.
            #expect(causes[DriftMarket.stamp(batch)] == .first)
            let scheduled = causes.filter { $0.value == .schedule }.keys.sorted()
            let first = batch == 6 ? 12 : 6
            #expect(scheduled == stride(from: first, through: 60, by: 6).map(DriftMarket.stamp))
            #expect(causes.count == scheduled.count + 1)
            try market.bench.audit("batches of \(batch)")
        }
    }

    /// Six hours and more at once are one check, at the newest close.
    @Test func oneUpdateChecksOnce() throws {
        let market = try DriftMarket([DriftMarket.configuration()])
        let rows = (0..<100).map { market.candle($0, price: 1_000) }
        let report = try market.bench.update(rows)
        #expect(report.drift.count == 1 && report.drift[0].check?.end == DriftMarket.stamp(100))
        #expect(try market.checks().count == 1)
        // Nothing new is nothing to check.
        #expect(try market.bench.update(rows).drift.isEmpty)
        #expect(try market.checks().count == 1)
    }

    @Test func revisedMinutesAreSignificantData() throws {
        let market = try DriftMarket([DriftMarket.configuration { $0.checkRows = 3 }])
        try market.run(193)
        func revise(_ hours: [Int], _ volume: Double) throws -> DriftOutcome? {
            let rows = hours.map { hour in
                var candle = market.candle(hour, price: 1_000)
                candle.volume = volume
                return candle
            }
            return try market.bench.update(rows, now: market.end).drift.first
        }
        // Two are not enough, and what lies before both periods does not count.
        #expect(try revise([180, 181], 1)?.check == nil)
        #expect(try revise([1, 2, 3, 4], 1)?.check == nil)
        #expect(try market.state().drift.entries[0].revisedMinutes == 2)
        let outcome = try #require(try revise([182], 1))
        #expect(outcome.check?.cause == .data)
        #expect(try market.state().drift.entries[0].revisedMinutes == 0)
        // The same values again are no revision.
        #expect(try revise([182], 1)?.check?.cause != .data)
        try market.bench.audit("revisions")
    }

    @Test func anotherConfigurationIsCheckedAtOnce() throws {
        let market = try DriftMarket([DriftMarket.configuration()])
        try market.run(200)
        let other = DriftMarket.configuration { $0.alpha = 0.01 }
        let before = try market.checks().count
        let report = try market.bench.updater.update(
            UpdateRequest(
                candles: CandleColumns([market.candle(200, price: 1_000)]), configurations: [other]),
            at: DriftMarket.stamp(201) * 1_000)
        // Both have the same labels: the newer one decides, alone.
        #expect(report.drift.map(\.configurationHash) == [other.hash])
        #expect(report.drift[0].check?.cause == .configuration)
        #expect(try market.checks().count == before + 1)
        try market.bench.audit("configurations")
    }

    /// A leaf edited and edited back: the first configuration is still active, and must decide again.
    @Test func theConfigurationAskedForLastDecides() throws {
        let market = try DriftMarket([DriftMarket.configuration()])
        try market.run(200)
        let other = DriftMarket.configuration { $0.psi = 5 }
        let before = DriftMarket.configuration()
        for (index, wanted) in [other, before, before, other].enumerated() {
            let hour = 200 + index
            let request = UpdateRequest(
                candles: CandleColumns([market.candle(hour, price: 1_000)]),
                configurations: [wanted])
            let delta = try DeltaDetector.detect(
                market.bench.store, DriftMarket.market, request,
                at: DriftMarket.stamp(hour + 1) * 1_000)
            let report = try market.bench.updater.update(
                request, at: DriftMarket.stamp(hour + 1) * 1_000)
            #expect(report.drift.map(\.configurationHash) == [wanted.hash])
            #expect(delta.isConfigurationChanged == (index != 2))
            #expect((report.drift[0].check?.cause == .configuration) == (index != 2))
        }
        // Both asked for: the last one decides, and asking again changes nothing.
        for hour in 204..<206 {
            let report = try market.bench.updater.update(
                UpdateRequest(
                    candles: CandleColumns([market.candle(hour, price: 1_000)]),
                    configurations: [other, before]),
                at: DriftMarket.stamp(hour + 1) * 1_000)
            #expect(report.drift.map(\.configurationHash) == [before.hash])
            #expect((report.drift[0].check?.cause == .configuration) == (hour == 204))
        }
        try market.bench.audit("edited back")
    }

    @Test func severalLabellingsAreCheckedEach() throws {
        let one = DriftMarket.configuration()
        var other = one
        other.takeProfitBps = 40
        let market = try DriftMarket([one, other])
        let reports = try market.run(200)
        #expect(reports[199].drift.map(\.labelsHash) == [one.labelsHash, other.labelsHash])
        let ends = reports.map { $0.drift.map { $0.check?.end } }
        #expect(ends.allSatisfy { $0[0] == $0[1] })
        try market.bench.check("two labellings")
        try market.bench.audit("two labellings")
    }

    @Test func aMarketWithoutActiveConfigurationsIsNotChecked() throws {
        let market = try DriftMarket([DriftMarket.configuration()])
        try market.run(10)
        _ = try market.bench.updater.deactivate(market.bench.configurations[0], at: market.now)
        let updater = market.bench.updater!
        let report = try updater.update(
            UpdateRequest(candles: CandleColumns([market.candle(10, price: 1_000)])),
            at: DriftMarket.stamp(11) * 1_000)
        #expect(report.drift.isEmpty)
    }
}
