import Digest
import DriftStatistics
import EventFormat
import EventStorage
import Market
import Mechanic
import Projections
import Testing

/// Which period a check is compared with, and what of it is kept.
struct BaselineTests {
    private func record(_ market: DriftMarket) throws -> (
        entry: Baselines.Entry, record: BaselineRecord
    ) {
        let state = try market.state()
        let entry = try #require(state.baselines.entries.first)
        let record = try market.bench.store.read {
            try DriftLog.baseline(
                $0, market: DriftMarket.market, labels: entry.labelsHash, version: entry.version)
        }
        return (entry, record.value)
    }

    @Test func aRollingBaselineEndsWhereTheCurrentWindowBegins() throws {
        let market = try DriftMarket([DriftMarket.configuration()])
        try market.run(240)
        let checks = try market.checks()
        #expect(checks.count == 41)
        for check in checks {
            #expect(check.reference.upperBound == check.current.range.lowerBound)
            #expect(check.current.range.upperBound == check.end)
            #expect(check.reference.upperBound - check.reference.lowerBound == 5 * 86_400_000)
            // Before the market began there is nothing to record.
            #expect((check.baseline == 0) == (check.reference.upperBound <= DriftMarket.first))
            #expect(check[.ks]?.reference.count ?? 0 <= 119)
        }
        #expect(Set(checks.map(\.baseline)).count == checks.count { $0.baseline > 0 } + 1)
        let (entry, record) = try record(market)
        #expect(record.cause == .rolling && entry.range == checks.last?.reference)
        #expect(record.summary.closes == 120 && record.summary.returns == 119)
        #expect(record.summary.counts.reduce(0, +) == 120 && record.summary.deciles.count == 11)
    }

    @Test func aFixedBaselineIsTheFirstOneThatTheMarketFills() throws {
        let market = try DriftMarket([DriftMarket.configuration { $0.baseline = .fixed }])
        try market.run(168)
        let first = try record(market)
        #expect(first.record.cause == .fixed && first.entry.range.lowerBound == DriftMarket.first)
        try market.run(100)
        #expect(try record(market).entry == first.entry)
        let checks = try market.checks()
        #expect(checks.suffix(10).allSatisfy { $0.baseline == first.entry.version })
        // The values are those of its time, for who comes later too.
        market.bench.startUpdater()
        try market.run(30)
        #expect(try record(market).entry == first.entry)
        try market.bench.check("fixed")
        try market.bench.audit("fixed")
    }

    /// One candle in the first hour, then nothing: no baseline that holds for ever.
    @Test func aFixedBaselineHoldsEnoughForEveryTest() throws {
        let market = try DriftMarket([DriftMarket.configuration { $0.baseline = .fixed }])
        let rows = [market.candle(0, price: 1_000)]
        try market.bench.update(rows)
        for hour in 110..<168 { try market.bench.update([market.candle(hour, price: 1_000)]) }
        #expect(try record(market).entry.cause == .rolling)
        for hour in 168..<400 { try market.bench.update([market.candle(hour, price: 1_000)]) }
        let (entry, record) = try record(market)
        #expect(entry.cause == .fixed && record.summary.closes >= 60)
        try market.bench.audit("thin")
    }

    @Test func releasedUnderAFixedPolicyTheNextOneIsKept() throws {
        let market = try DriftMarket([DriftMarket.configuration { $0.baseline = .fixed }])
        try market.run(240)
        let range = DriftMarket.stamp(24)..<DriftMarket.stamp(100)
        _ = try market.bench.updater.setBaseline(range, market.configuration, at: market.now)
        try market.run(1)
        _ = try market.bench.updater.releaseBaseline(
            market.configuration, by: nil, at: market.now)
        let check = try #require(try market.run(1)[0].drift[0].check)
        #expect(check.reference.upperBound == check.current.range.lowerBound)
        try market.run(30)
        #expect(try market.checks().suffix(4).allSatisfy { $0.reference == check.reference })
        try market.bench.audit("released")
    }

    /// Labels of a baseline are decided by minutes after its end.
    @Test func aRevisedMinuteThatDecidesALabelOfABaselineMakesItStale() throws {
        let market = try DriftMarket([DriftMarket.configuration { $0.checkRows = 1_000 }])
        try market.run(240)
        let range = DriftMarket.stamp(24)..<DriftMarket.stamp(100)
        let (set, _) = try market.bench.updater.setBaseline(
            range, market.configuration, at: market.now)
        // Six hours are the longest trade.
        #expect(set.basis.knownBy > range.upperBound)
        #expect(set.basis.knownBy <= DriftMarket.stamp(107))
        for (hour, stale) in [(108, 0), (100, 1), (99, 2)] {
            var candle = market.candle(hour, price: 1_000)
            candle.volume = 77
            try market.bench.update([candle], now: market.end)
            #expect(try record(market).entry.staleMinutes == stale)
            let revisions = try market.bench.store.read { try set.basis.revisions($0) }
            #expect(revisions.count == stale)
        }
        try market.bench.audit("stale labels")
    }

    @Test func aBaselineThatIsSetHoldsUntilItIsReleased() throws {
        let market = try DriftMarket([DriftMarket.configuration()])
        try market.run(240)
        let range = DriftMarket.stamp(24)..<DriftMarket.stamp(100)
        let before = try market.bench.store.head().position
        let (set, position) = try market.bench.updater.setBaseline(
            range, market.configuration, at: market.now)
        #expect(set.cause == .set && set.summary.closes == 76)
        #expect(position.number == before.number + 1)
        // Said twice, recorded once.
        let again = try market.bench.updater.setBaseline(
            range, market.configuration, at: market.now)
        #expect(again.record == set && again.position == position)
        let first = try #require(try market.run(1)[0].drift[0].check)
        #expect(first.cause == .baseline && first.reference == range)
        try market.run(30)
        #expect(try market.checks().suffix(5).allSatisfy { $0.reference == range })
        try market.bench.check("set")
        _ = try market.bench.updater.releaseBaseline(
            market.configuration, by: "ada", at: market.now)
        let next = try #require(try market.run(1)[0].drift[0].check)
        #expect(next.cause == .baseline)
        #expect(next.reference.upperBound == next.current.range.lowerBound)
        #expect(throws: OperationError.self) {
            try market.bench.updater.releaseBaseline(
                market.configuration, by: nil, at: market.now)
        }
        try market.bench.check("released")
        try market.bench.audit("released")
    }

    /// The log goes on after the window has forgotten the period.
    @Test func aBaselineBeforeTheWindowKeepsItsValues() throws {
        let market = try DriftMarket([DriftMarket.configuration()])
        let rows = (0..<2_400).map { market.candle($0, price: 1_000 + Double($0 % 50)) }
        try market.bench.update(rows)
        let now = DriftMarket.stamp(2_400) * 1_000
        let range = DriftMarket.stamp(0)..<DriftMarket.stamp(120)
        #expect(try market.state().window.reaches(range.lowerBound) == false)
        let (set, _) = try market.bench.updater.setBaseline(range, market.configuration, at: now)
        #expect(set.summary.closes == 120 && set.summary.labels == 120)
        let next = [market.candle(2_400, price: 1_010)]
        let check = try #require(try market.bench.update(next).drift[0].check)
        #expect(check.reference == range && check[.ks]?.reference.count == 119)
        try market.bench.check("before the window")
        try market.bench.audit("before the window")
    }

    @Test func periodsThatCannotBeABaselineAreRefused() throws {
        let market = try DriftMarket([DriftMarket.configuration()])
        try market.run(240)
        let before = try market.bench.store.head().position
        for hours in [100..<193, 192..<240, 300..<400, 5..<5, -100 ..< -50] {
            let range = DriftMarket.stamp(hours.lowerBound)..<DriftMarket.stamp(hours.upperBound)
            let error = #expect(throws: OperationError.self) {
                try market.bench.updater.setBaseline(range, market.configuration, at: market.now)
            }
            #expect(error?.description.isEmpty == false)
        }
        let other = IdentifiedConfiguration(.runner)
        #expect(throws: OperationError.self) {
            try market.bench.updater.setBaseline(
                DriftMarket.stamp(0)..<DriftMarket.stamp(100), other, at: market.now)
        }
        #expect(try market.bench.store.head().position == before)
        // As late as it may be: it ends where the current window begins.
        _ = try market.bench.updater.setBaseline(
            DriftMarket.stamp(100)..<DriftMarket.stamp(192), market.configuration, at: market.now)
    }

    @Test func revisedMinutesMakeABaselineStaleAndLeaveItsValues() throws {
        let market = try DriftMarket([DriftMarket.configuration { $0.checkRows = 1_000 }])
        try market.run(240)
        let range = DriftMarket.stamp(24)..<DriftMarket.stamp(100)
        _ = try market.bench.updater.setBaseline(range, market.configuration, at: market.now)
        let first = try #require(try market.run(1)[0].drift[0].check)
        for hour in [23, 24, 60, 100] {
            var candle = market.candle(hour, price: 1_000)
            (candle.high, candle.close) = (5_000, 4_000)
            try market.bench.update([candle], now: market.end)
        }
        let (entry, record) = try record(market)
        // The last one decides labels of the period.
        #expect(entry.staleMinutes == 3 && entry.digest == record.basis.digest)
        let revisions = try market.bench.store.read { try record.basis.revisions($0) }
        #expect(revisions.map(\.stamp) == [24, 60, 100].map(DriftMarket.stamp))
        for isCold in [false, true] {
            if isCold { market.bench.startUpdater() }
            let check = try #require(try market.runToCheck().check)
            #expect(check.staleMinutes == 3)
            #expect(check[.psi]?.reference == first[.psi]?.reference)
            // No close of 4,000 is in the range that the baseline had.
            #expect(check.outside == first.outside || check[.psi]?.statistic != nil)
        }
        try market.bench.check("stale")
        try market.bench.audit("stale")
    }

    /// Longer windows may come to overlap a baseline that was set: then nothing is compared.
    @Test func anOverlappedBaselineIsNoComparison() throws {
        let market = try DriftMarket([DriftMarket.configuration()])
        try market.run(240)
        let range = DriftMarket.stamp(100)..<DriftMarket.stamp(192)
        _ = try market.bench.updater.setBaseline(range, market.configuration, at: market.now)
        let wider = DriftMarket.configuration { $0.currentDays = 9 }
        let report = try market.bench.updater.update(
            UpdateRequest(
                candles: CandleColumns([market.candle(240, price: 1_000)]), configurations: [wider]),
            at: DriftMarket.stamp(241) * 1_000)
        let check = try #require(report.drift[0].check)
        #expect(check.severity == .insufficientData && check.evaluated == 0)
        #expect(check.reference == range)
        try market.bench.audit("overlap")
    }
}
