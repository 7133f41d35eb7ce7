import Digest
import EventFormat
import EventStorage
import Labeling
import Market
import Mechanic
import Projections
import Testing

/// A store whose blames are held against what the store says.
struct BlameBench {
    let bench: Bench
    /// Said in every failure.
    let comment: String
    /// How many results were reproduced, by kind.
    private(set) var counts: [String: Int] = [:]
    /// What events were to results.
    private(set) var roles: Set<BlamedEvent.Role> = []
    /// How many events were left out, one at a time.
    private(set) var dropped = 0

    init(_ bench: Bench, _ comment: String) {
        self.bench = bench
        self.comment = comment
    }

    /// A store with everything that a wild history brings.
    init(_ history: WildHistory, _ comment: String) throws {
        let bench = try Bench(history.market, [])
        bench.snapshotInterval = 64
        for step in history.steps {
            switch step {
            case .update(let rows, let now, let activating):
                _ = try bench.updater.update(
                    UpdateRequest(candles: CandleColumns(rows), configurations: activating),
                    at: now * 1_000)
            case .importing(let rows, let now):
                _ = try bench.updater.importCandles(CandleColumns(rows), at: now * 1_000)
            case .deactivate(let configuration):
                let now = try bench.store.head().appendedAt + 1
                _ = try bench.updater.deactivate(configuration, at: now)
            case .restart(let reopens):
                if reopens { try bench.reopen() } else { bench.startUpdater() }
            }
        }
        self.init(bench, comment)
    }

    /// The blame gives the result from its events alone, and from no fewer of them.
    mutating func check(_ blame: any Blame, _ kind: String, isMinimal: Bool) {
        counts[kind, default: 0] += 1
        roles.formUnion(blame.events.flatMap(\.roles))
        let events = blame.events.map(\.event)
        let failure = blame.failure(from: events)
        #expect(failure == nil, "\(kind): \(failure ?? ""): \(comment)")
        #expect(events.allSatisfy { $0.frame.position <= blame.position }, "\(comment)")
        #expect(blame.failure(from: []) != nil)
        guard isMinimal else { return }
        // Of many events some: each costs the whole computation.
        var random = SplitMix64(seed: blame.position.number)
        let some = events.count > 30 ? events.indices.shuffled(using: &random).prefix(15) : nil
        for index in some.map(Array.init) ?? Array(events.indices) {
            var fewer = events
            fewer.remove(at: index)
            dropped += 1
            #expect(
                blame.failure(from: fewer) != nil,
                "\(kind): without \(blame.events[index].roles) of position \(events[index].frame.position) too: \(comment)"
            )
        }
    }

    /// Labels of random entries under random labellings, as of random positions.
    mutating func checkLabels(_ count: Int, _ random: inout SplitMix64) throws {
        let market = bench.market
        let store = bench.store!
        try store.read { view in
            let head = Int(try view.head().position.number)
            for round in 0..<count / 10 {
                let point = TimePoint.position(
                    GlobalPosition(UInt64(round == 0 ? head : random.pick(1...head))))
                let (state, position) = try MarketState.load(view, market: market, asOf: point)
                guard let labelling = state.labellings.randomElement(using: &random) else {
                    continue
                }
                let everything = UTCDay(year: 2020, month: 1, day: 1).number...Int32.max
                let labels = try History.labels(
                    view, market: market, labelling: labelling, days: everything,
                    through: position)
                let open = Set(labelling.openEntries(state.window))
                var stamps: [Int64] = []
                try History.candles(view, market: market, days: everything, through: position)
                    .forEach { stamps.append($0.time) }
                for _ in 0..<10 {
                    var entry = stamps.randomElement(using: &random)!
                    if random.chance(5) { entry += market.timeframe.milliseconds }
                    // What an import pushed out of the window is open still, and not listed there.
                    let isOpen = state.window.reaches(entry) ? open.contains(entry) : nil
                    try checkLabel(
                        entry, labels[entry], isOpen, view, labelling, position,
                        isMinimal: random.chance(20))
                }
            }
        }
    }

    private mutating func checkLabel(
        _ entry: Int64, _ label: Label?, _ isOpen: Bool?, _ view: borrowing StoreView,
        _ labelling: LabelState, _ position: GlobalPosition, isMinimal: Bool
    ) throws {
        let place = "\(entry) as of \(position): \(comment)"
        do {
            let blame = try LabelBlame.of(
                view, market: bench.market, labelling, entry: entry, asOf: position)
            #expect(blame.label == label, "\(place)")
            #expect(label != nil || isOpen != false, "\(place)")
            if let label {
                #expect(blame.missing.isEmpty != label.flags.contains(.crossesGap), "\(place)")
            }
            let revised = blame.events.contains {
                $0.event.type == .candlesRevised
            }
            check(
                blame, label == nil ? "open" : revised ? "revised" : "label", isMinimal: isMinimal)
        } catch let error as BlameError {
            counts["none", default: 0] += 1
            #expect(label == nil && isOpen != true, "\(error): \(place)")
        }
    }

    /// Every drift check, decision and alert.
    mutating func checkVerdicts(_ random: inout SplitMix64, minimal: Int) throws {
        let market = bench.market
        let store = bench.store!
        try store.read { view in
            let head = try view.head().position
            let state = try MarketState.outline(view, market: market, through: head)
            for labelling in state.labellings {
                let hash = labelling.hash
                for entry in try DriftLog.checks(view, market: market, labels: hash, through: head)
                {
                    let blame = try DriftBlame.of(
                        view, market: market, labels: hash, check: entry.version, asOf: head)
                    check(
                        blame, "check \(entry.value.cause)", isMinimal: random.chance(minimal))
                }
                let decisions = try OperationsLog.decisions(
                    view, market: market, labels: hash, through: head)
                for decision in decisions {
                    let blame = try DecisionBlame.of(
                        view, market: market, decision, asOf: head)
                    check(blame, "decision", isMinimal: random.chance(minimal))
                }
            }
            for number in 0..<state.operations.alertCount {
                let blame = try AlertBlame.of(
                    view, market: market, alert: number + 1, asOf: head)
                check(blame, "alert", isMinimal: random.chance(minimal))
            }
        }
    }
}
