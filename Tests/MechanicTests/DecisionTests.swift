import Digest
import DriftStatistics
import EventFormat
import Market
import Mechanic
import Projections
import Testing

/// What follows from checks: levels that hold, intents, pauses and alerts.
struct DecisionTests {
    /// One test that drifts where a third of the closes leave the reference's range.
    private func market(hold: Int = 3) throws -> DriftMarket {
        let market = try DriftMarket([DriftMarket.configuration { $0.holdChecks = hold }])
        try market.run(200)
        return market
    }

    @Test func aWarningIsRaisedOnceHoldsAndIsResolved() throws {
        let market = try market()
        var outcome = try market.runToCheck()
        #expect(outcome.check?.severity == DriftSeverity.none)
        #expect(outcome.decision?.intents.map(\.action) == [.monitor])
        // A day of another price is half of the current window.
        while outcome.decision?.level != .warning {
            outcome = try market.runToCheck(price: 1_100)
            #expect(try market.state().operations.alerts.isEmpty == (outcome.raised == nil))
        }
        #expect(outcome.raised?.alert == 1 && outcome.raised?.level == .warning)
        #expect(outcome.decision?.intents.map(\.action) == [.monitor, .notify])
        #expect(outcome.decision?[.notify]?.cause == "psi drifted (1 of 4 tests)")
        // It goes on: seen again, not raised again.
        outcome = try market.runToCheck(price: 1_100)
        #expect(outcome.check?.severity == .warning && outcome.raised == nil)
        #expect(outcome.decision?.intents.map(\.action) == [.monitor])
        let seen = try #require(try market.state().operations.alerts.first)
        #expect(seen.lastSeen == outcome.check?.end && seen.firstSeen < seen.lastSeen)
        // Calm must last for as many checks as hold a level.
        var calm = 0
        while try !market.state().operations.alerts.isEmpty {
            outcome = try market.runToCheck(price: 1_100)
            calm = outcome.check?.severity == DriftSeverity.none ? calm + 1 : 0
            #expect((outcome.resolved != nil) == (calm == 3))
        }
        #expect(calm == 3 && outcome.decision?.level == DriftSeverity.none)
        #expect(outcome.resolved?.alert == 1)
        try market.bench.check("a warning")
        try market.bench.audit("a warning")
    }

    /// Checks that drift and do not drift in turn raise one alert, not one each.
    @Test func aFlappingTestPagesOnce() {
        var history = DriftMarketHistory()
        var raised = 0
        for index in 0..<40 {
            let decision = history.decide(index.isMultiple(of: 2) ? .critical : .none, hold: 4)
            raised += decision.level > decision.previousLevel ? 1 : 0
        }
        #expect(raised == 1)
        // The last of the forty was calm, too.
        for _ in 0..<2 { #expect(history.decide(.none, hold: 4).level == .critical) }
        #expect(history.decide(.none, hold: 4).level == DriftSeverity.none)
        #expect(history.decide(.warning, hold: 4)[.notify] != nil)
        // What had too little to go by neither raises nor calms, however long it lasts.
        for _ in 0..<100 {
            let decision = history.decide(.insufficientData, hold: 4)
            #expect(decision.level == .warning && decision[.notify] == nil)
        }
    }

    /// A milder level that comes back while a graver alert is open is no news; a pause anew is.
    @Test func anOpenAlertGivesWayToAGraverLevelOnly() {
        var history = DriftMarketHistory()
        #expect(history.decide(.severe, hold: 1)[.notify] != nil)
        #expect(history.decide(.warning, hold: 1)[.notify] == nil)
        #expect(history.decide(.critical, hold: 1)[.notify] == nil)
        // Trading is paused still: nobody need be told twice.
        #expect(history.decide(.severe, hold: 1)[.notify] == nil)
        history.resume()
        #expect(history.decide(.severe, hold: 1)[.pauseTrading] == nil)
        #expect(history.decide(.warning, hold: 1)[.notify] == nil)
        let again = history.decide(.severe, hold: 1)
        #expect(again[.pauseTrading] != nil && again[.notify] != nil)
        #expect(history.decide(.none, hold: 1).level == DriftSeverity.none)
        #expect(history.decide(.warning, hold: 1)[.notify] != nil)
        #expect(history.decide(.critical, hold: 1)[.notify] != nil)
    }

    @Test func intentsFollowTheLevel() {
        var history = DriftMarketHistory()
        func actions(_ severity: DriftSeverity) -> [Decision.Action] {
            history.decide(severity, hold: 1).intents.map(\.action)
        }
        #expect(actions(.insufficientData) == [.monitor])
        #expect(actions(.none) == [.monitor])
        #expect(actions(.warning) == [.monitor, .notify])
        #expect(actions(.critical) == [.monitor, .retrain, .reducePositions, .notify])
        #expect(actions(.severe) == [.monitor, .retrain, .pauseTrading, .notify])
        #expect(actions(.severe) == [.monitor, .retrain, .pauseTrading])
        #expect(actions(.warning) == [.monitor])
    }
}

/// Decisions on made-up severities, folded as the log's are.
struct DriftMarketHistory {
    private var state = MarketState(market: DriftMarket.market)
    private let configuration = IdentifiedConfiguration(DriftMarket.configuration())
    private var history = DriftHistory()
    private var operations = Operations()
    private(set) var version: UInt64 = 0

    mutating func resume() {
        let event = TradingResumed(
            labelsHashes: [configuration.labelsHash], by: "ada", reason: nil)
        try! operations.apply(event)
    }

    mutating func decide(_ severity: DriftSeverity, hold: Int) -> Decision {
        version += 1
        let drifted = [.warning: 1, .critical: 2, .severe: 3][severity] ?? 0
        let tests = DriftTest.Kind.allCases.enumerated().map { index, kind in
            DriftTest(
                kind: kind, isDrifted: index < drifted,
                insufficiency: severity == .insufficientData ? .short : nil, statistic: 1,
                threshold: 0.5, current: .init(count: 9, effectiveCount: nil),
                reference: .init(count: 9, effectiveCount: nil))
        }
        let end = DriftMarket.stamp(Int(version))
        let basis = state.inputBasis(of: end - 10..<end, hasher: .init())
        let check = DriftCheck(
            cause: .schedule, configurationHash: configuration.hash,
            labelsHash: configuration.labelsHash, policy: DriftPolicy(), current: basis,
            reference: end - 20..<end - 10, baseline: 0, staleMinutes: 0,
            verdict: DriftVerdict(tests: tests, stability: nil, bins: nil), program: "test")
        precondition(check.severity == severity, "the severity that was asked for")
        history.apply(check, version: version, isPinned: false)
        let hash = configuration.labelsHash
        let decision = Decision(on: check, history[hash]!, operations, hold: hold)
        let raised = operations.alert(raisedBy: decision)
        let resolved = operations.alert(resolvedBy: decision)
        operations.apply(decision)
        if let raised { try! operations.apply(raised) }
        if let resolved { try! operations.apply(resolved) }
        return decision
    }
}
