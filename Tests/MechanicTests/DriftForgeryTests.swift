import DriftStatistics
import EventFormat
import EventStorage
import Market
import Mechanic
import Projections
import Testing

/// Logs that a program with a fault would write: hashes are right, what they say of drift is not.
struct DriftForgeryTests {
    /// Appends what the body changes of the newest check, with a decision and a completion around it.
    private func forge(
        _ market: DriftMarket, _ type: EventType, _ event: EventData
    ) throws -> [String] {
        let stream: MarketStream =
            switch type {
            case .decisionMade, .alertRaised, .alertResolved: .operations(DriftMarket.market)
            default: .drift(DriftMarket.market, hash: market.configuration.labelsHash)
            }
        _ = try market.bench.store.append(at: market.now) { commit in
            let version = try commit.head(of: stream.id)?.version ?? .none
            try commit.append(event, to: stream.id, expecting: .exactly(version))
        }
        return try Recomputation.run(market.bench.store).differences.map(\.message)
    }

    private func market() throws -> DriftMarket {
        let market = try DriftMarket([DriftMarket.configuration()])
        try market.run(240)
        return market
    }

    @Test func aCheckThatWasNotDueIsFound() throws {
        let market = try market()
        let check = try #require(try market.checks().last)
        let found = try forge(market, .driftChecked, check.event(causation: .none))
        #expect(found.first?.contains("was not due") == true)
    }

    /// A check that claims to have had no baseline must not be believed.
    @Test(arguments: [0, 1, 2, 3])
    func aCheckOfAnotherBaselineIsFound(_ kind: Int) throws {
        let market = try market()
        // Due: the configuration changes before the update that would record the check.
        let other = DriftMarket.configuration { $0.psi = 3 }
        _ = try market.bench.updater.activate(other, at: market.now)
        var check = try #require(try market.checks().last)
        check.configurationHash = other.hash
        check.cause = .configuration
        switch kind {
        case 0: check.baseline = 0
        case 1: check.baseline -= 1
        case 2:
            // What the seventh-last check was compared with.
            let old = Array(try market.checks().suffix(7))[0]
            (check.baseline, check.reference) = (old.baseline, old.reference)
        default: check.staleMinutes = 5
        }
        let found = try forge(market, .driftChecked, check.event(causation: .none))
        #expect(found.first?.contains("the drift check of") == true, "\(found)")
    }

    @Test func aBaselineBesideOneThatIsKeptIsFound() throws {
        let market = try market()
        let range = DriftMarket.stamp(24)..<DriftMarket.stamp(100)
        var (record, _) = try market.bench.updater.setBaseline(
            range, market.configuration, at: market.now)
        record.cause = .rolling
        let found = try forge(market, .baselineRecorded, record.event(causation: .none))
        #expect(found.first?.contains("is kept") == true, "\(found)")
    }

    @Test func aDecisionWithoutACheckIsFound() throws {
        let market = try market()
        let outcome = try market.runToCheck()
        let decision = try #require(outcome.decision)
        let found = try forge(market, .decisionMade, decision.event(causation: .none))
        #expect(found.first?.contains("follows no check") == true, "\(found)")
    }

    @Test func aReleaseOfNothingCannotBeFolded() throws {
        let market = try market()
        let release = BaselineRelease(labelsHash: market.configuration.labelsHash, by: nil)
        let found = try forge(market, .baselineReleased, release.event)
        #expect(found.first?.contains("no baseline is set") == true, "\(found)")
    }

    @Test func aMonitorOfOtherNumbersIsFound() throws {
        let market = try market()
        var monitor = try #require(try market.run(1)[0].drift[0].monitor)
        monitor.outliers += 1
        let found = try forge(market, .marketMonitored, monitor.event(causation: .none))
        #expect(found.first?.contains("outliers") == true, "\(found)")
    }
}
