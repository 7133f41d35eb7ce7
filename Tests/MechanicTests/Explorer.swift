import Digest
import EventFormat
import EventStorage
import Foundation
import Labeling
import Market
import Mechanic
import Projections

/// A wild history in a store, with operators who acknowledge and resume, and what naive folds say of any
/// point.
struct Explorer {
    /// Seeds of the histories that are run: as many as the environment says.
    static func seeds(_ count: UInt64) -> ClosedRange<UInt64> {
        let asked = ProcessInfo.processInfo.environment["EXPLORE_SEEDS"].flatMap(UInt64.init)
        return 1...max(1, asked ?? count)
    }

    let bench: Bench
    let market: MarketID

    init(seed: UInt64) throws {
        let history = WildHistory(seed: seed)
        market = history.market
        bench = try Bench(market, [])
        bench.snapshotInterval = 32
        var random = SplitMix64(seed: seed &* 31)
        for step in history.steps {
            switch step {
            case .update(let rows, let now, let activating):
                _ = try bench.updater.update(
                    UpdateRequest(candles: CandleColumns(rows), configurations: activating),
                    at: now * 1_000)
            case .importing(let rows, let now):
                _ = try bench.updater.importCandles(CandleColumns(rows), at: now * 1_000)
            case .deactivate(let configuration):
                _ = try bench.updater.deactivate(
                    configuration, at: try bench.store.head().appendedAt + 1)
            case .restart(let reopens):
                if reopens { try bench.reopen() } else { bench.startUpdater() }
            }
            try operate(&random)
        }
    }

    private func operate(_ random: inout SplitMix64) throws {
        let state = try bench.updater.state()
        let now = try bench.store.head().appendedAt + 1
        if random.chance(30), let alert = state.operations.alerts.last {
            _ = try bench.updater.acknowledge(
                alert: alert.number, by: "ada", note: "seen \(now)", at: now)
        }
        if random.chance(30), state.operations.isPaused {
            _ = try bench.updater.resume(by: "ada", at: now)
        }
        if random.chance(5) {
            _ = try Tagging.set(
                bench.store, TagName("t\(random.pick(1...3))")!, at: .head, by: "ada", note: nil,
                moves: true, now: now)
        }
    }

    /// The ends of all commits, with that before the first one.
    func commitEnds() throws -> [GlobalPosition] {
        try bench.store.read { view in
            var ends: [GlobalPosition] = [.start]
            let head = try view.head().position
            while let last = ends.last, last < head {
                ends.append(try view.frame(at: GlobalPosition(last.number + 1)).endOfCommit)
            }
            return ends
        }
    }

    /// The state that a fold from position 1 gives.
    func fold(_ position: GlobalPosition) throws -> MarketState {
        try bench.store.read { view in
            try LogFold.fold(view, through: position, market: market)[market]
        }
    }

    /// Every row up to a point, in the window or before it.
    struct Rows {
        var candles: [Int64: Candle] = [:]
        var labels: [Hash256: [Int64: Label]] = [:]
    }

    func rows(_ position: GlobalPosition) throws -> Rows {
        var rows = Rows()
        try bench.store.read { view in
            try view.forEachEvent(through: position) { _, event in
                switch event.type {
                case .candlesRecorded, .candlesRevised:
                    try CandleEvents.forEachCandle(event) { rows.candles[$0.time] = $0 }
                case .labelsClosed, .labelsRevised, .labelsRetracted:
                    let (hash, changes) = try LabelEvents.rows(event)
                    for change in changes {
                        switch change {
                        case .closed(let label):
                            rows.labels[hash, default: [:]][label.entryTime] = label
                        case .revised(let one):
                            rows.labels[hash, default: [:]][one.label.entryTime] = one.label
                        case .retracted(let label):
                            rows.labels[hash, default: [:]][label.entryTime] = nil
                        }
                    }
                default: break
                }
                return true
            }
        }
        return rows
    }
}
