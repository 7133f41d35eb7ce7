import DriftStatistics
import EventFormat
import EventStorage
import Market
import Mechanic
import Projections
import Synchronization
import Testing

/// Pauses, acknowledgements, resumptions and deliveries.
struct OperationsTests {
    /// A market whose three tests drift at once when its price jumps.
    static func jumping(hold: Int = 2) throws -> DriftMarket {
        let market = try DriftMarket([
            DriftMarket.configuration {
                $0.holdChecks = hold
                $0.alpha = 0.999
                $0.psi = 0.1
                $0.labelShare = 1e-9
            }
        ])
        try market.run(200)
        while try market.runToCheck(price: 1_500).decision?.level != .severe {}
        return market
    }

    @Test func aSevereCheckPausesAndStillRecordsEverything() throws {
        let market = try Self.jumping()
        let state = try market.state()
        let watch = try #require(state.operations.watches.first)
        #expect(state.operations.isPaused && watch.level == .severe)
        #expect(watch.pauseCause?.contains("drifted (") == true)
        let alert = try #require(state.operations.alerts.first)
        #expect(state.operations.alerts.count == 1 && alert.level == .severe)
        let first = try market.checks().first { $0.severity == .severe }
        #expect(watch.pausedSince == first?.end && alert.firstSeen >= watch.pausedSince ?? .max)
        // The candle, its labels and the completion came in the same commit.
        let version = state.candlesVersion
        try market.run(1, price: 1_500)
        #expect(try market.state().candlesVersion == version + 1)
        #expect(try market.state().operations.watches[0].pausedSince == watch.pausedSince)
        try market.bench.audit("severe")
    }

    @Test func anEpisodeThatWasResumedIsNotPausedAgainAndTheNextOneIs() throws {
        let market = try Self.jumping()
        let (_, labellings) = try market.bench.updater.resume(
            by: "ada", reason: "known listing", at: market.now)
        #expect(labellings == [market.configuration.labelsHash])
        #expect(try market.state().operations.isPaused == false)
        #expect(throws: OperationError.self) {
            try market.bench.updater.resume(by: "ada", at: market.now)
        }
        var outcome = try market.runToCheck(price: 1_500)
        while outcome.decision?.level == .severe {
            #expect(outcome.decision?[.pauseTrading] == nil)
            #expect(outcome.decision?[.reducePositions] != nil)
            #expect(try market.state().operations.isPaused == false)
            outcome = try market.runToCheck(price: 1_000)
        }
        try market.bench.check("resumed")
        while outcome.decision?.level != .severe { outcome = try market.runToCheck(price: 2_500) }
        #expect(outcome.decision?[.pauseTrading] != nil && outcome.raised != nil)
        #expect(try market.state().operations.isPaused)
        try market.bench.check("paused again")
        try market.bench.audit("paused again")
    }

    @Test func alertsAreAcknowledgedOnceAndOnlyOpenOnes() throws {
        let market = try Self.jumping()
        let updater = market.bench.updater!
        let number = try #require(try market.state().operations.alerts.first?.number)
        let position = try updater.acknowledge(
            alert: number, by: "ada", note: "looking", at: market.now)
        #expect(
            try updater.acknowledge(alert: number, by: "ada", note: "looking", at: market.now)
                == position)
        let alert = try #require(try market.state().operations.alerts.first)
        #expect(alert.acknowledgedBy == "ada" && alert.note == "looking")
        for (number, words) in [(number + 1, "never was"), (0, "never was")] {
            let error = #expect(throws: OperationError.self) {
                try updater.acknowledge(alert: number, by: "ada", at: market.now)
            }
            #expect(error?.description.contains(words) == true)
        }
        for by in ["", String(repeating: "x", count: 201)] {
            #expect(throws: OperationError.self) {
                try updater.acknowledge(alert: number, by: by, at: market.now)
            }
        }
        try market.bench.check("acknowledged")
    }

    /// Takes alerts, or refuses them so many times.
    private final class Sink: AlertSink {
        let name: String
        private let state: Mutex<(refusals: Int, lines: [String])>

        init(_ name: String, refusals: Int = 0) {
            self.name = name
            state = Mutex((refusals, []))
        }

        var lines: [String] { state.withLock { $0.lines } }

        func deliver(_ alert: [UInt8]) -> AlertDelivery {
            state.withLock { state in
                guard state.refusals == 0 else {
                    state.refusals -= 1
                    return AlertDelivery(isDelivered: false, attempts: 3, detail: "no route")
                }
                state.lines.append(String(decoding: alert, as: UTF8.self))
                return AlertDelivery(isDelivered: true, attempts: 1)
            }
        }
    }

    @Test func everySinkGetsAnAlertOnceAndRefusalsAreTriedAgain() throws {
        let market = try Self.jumping()
        let sinks = [Sink("good"), Sink("late", refusals: 1)]
        func dispatch() throws -> AlertDispatch {
            try AlertDispatch.run(market.bench.updater, to: sinks, at: market.now)
        }
        var result = try dispatch()
        #expect(result.deliveries.map(\.isDelivered) == [true, false])
        #expect(result.deliveries[1].detail == "no route" && result.deliveries[1].attempts == 3)
        market.bench.startUpdater()
        result = try dispatch()
        #expect(result.deliveries.map(\.sink) == ["late"])
        let head = try market.bench.store.head().position
        result = try dispatch()
        #expect(result.deliveries.isEmpty && result.position == nil)
        #expect(try market.bench.store.head().position == head)
        #expect(sinks[0].lines.count == 1 && sinks[0].lines == sinks[1].lines)
        #expect(sinks[0].lines[0].contains(#""level":"severe""#))
        #expect(sinks[0].lines[0].contains(#""paused":true"#))
        try market.bench.check("delivered")
        try market.bench.audit("delivered")
    }

    @Test func whatSomebodyHasSeenIsNotSentAnyMore() throws {
        let market = try Self.jumping()
        let number = try #require(try market.state().operations.alerts.first?.number)
        _ = try market.bench.updater.acknowledge(alert: number, by: "ada", at: market.now)
        let sink = Sink("good")
        let result = try AlertDispatch.run(market.bench.updater, to: [sink], at: market.now)
        #expect(result.deliveries.isEmpty && sink.lines.isEmpty)
    }
}
