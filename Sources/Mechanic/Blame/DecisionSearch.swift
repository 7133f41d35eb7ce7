internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// The search for what a decision rests on.
struct DecisionSearch {
    private(set) var evidence = Evidence()
    /// The checks that count for the level, the one decided on last.
    private(set) var checks: [DriftLog.Entry<DriftCheck>] = []

    init(
        _ view: borrowing StoreView, _ market: MarketID, _ decision: DriftLog.Entry<Decision>
    ) throws {
        let hash = decision.value.labelsHash
        evidence.add(decision.position, .result)
        let standing = try view.standing(
            of: decision.value.configurationHash, market, through: decision.position)
        evidence.add(standing.position, .configuration)
        let stream = MarketStream.labels(market, hash: hash)
        guard let head = try view.head(of: stream.id),
            let opened = try view.position(of: StreamVersion(1), in: head)
        else { throw History.missing(1, of: stream) }
        evidence.add(opened, .labelling)
        let hold = standing.configuration.configuration.drift.holdChecks
        try findChecks(view, market, decision, hold: hold)
        try findOperations(view, market, decision)
    }

    /// The checks that had enough to go by, as many as hold a level, and the one decided on.
    private mutating func findChecks(
        _ view: borrowing StoreView, _ market: MarketID, _ decision: DriftLog.Entry<Decision>,
        hold: Int
    ) throws {
        let hash = decision.value.labelsHash
        let trail = try DriftTrail(view, market, hash, through: decision.position)
        var version = decision.value.check + 1
        var counted = 0
        while counted < hold,
            let found = try trail.last(view, before: version, where: { $0 == .check })
        {
            version = found.version
            let check = try DriftLog.check(view, market: market, labels: hash, version: version)
            let isSubject = version == decision.value.check
            let isCounted = check.value.severity != .insufficientData
            counted += isCounted ? 1 : 0
            guard isSubject || isCounted else { continue }
            checks.insert(check, at: 0)
            evidence.add(check.position, isSubject ? .check : .hold)
        }
    }

    /// The decision before, what let trading go on in this very episode, and the open alert for which
    /// nobody was told.
    private mutating func findOperations(
        _ view: borrowing StoreView, _ market: MarketID, _ decision: DriftLog.Entry<Decision>
    ) throws {
        let before = try Before(view, market, decision)
        guard let last = before.last, let watch = before.watch else { return }
        let value = decision.value
        // Below severe nothing is paused, resumed or not.
        if watch.isResumed, value.level == .severe, let resumed = before.resumed {
            // The level is severe since then, so that any other decision since says no more.
            evidence.add(resumed.pause, .paused)
            evidence.add(resumed.resume, .resumed)
            return
        }
        // Without one before, the level before is none too.
        if watch.level > .none { evidence.add(last, .previous) }
        let rose = value.level > watch.level && value.level >= .warning
        guard rose, value[.notify] == nil, let alert = before.alert else { return }
        evidence.add(alert, .alerted)
        if value[.pauseTrading] != nil, watch.pausedSince != nil, let paused = before.paused {
            evidence.add(paused, .paused)
            evidence.add(last, .previous)
        }
    }
}

/// What was in force before a decision, and the events that say so.
private struct Before {
    /// Nil before the first decision.
    private(set) var watch: Operations.Watch?
    /// The decision before.
    private(set) var last: GlobalPosition?
    /// The one that paused trading.
    private(set) var paused: GlobalPosition?
    /// The newest resumption, and the decision before it.
    private(set) var resumed: (pause: GlobalPosition, resume: GlobalPosition)?
    /// The alert that is open.
    private(set) var alert: GlobalPosition?

    init(
        _ view: borrowing StoreView, _ market: MarketID, _ decision: DriftLog.Entry<Decision>
    ) throws {
        let hash = decision.value.labelsHash
        var operations = Operations()
        var alerts: [UInt64: GlobalPosition] = [:]
        let end = GlobalPosition(decision.position.number - 1)
        for entry in try OperationsLog.changes(view, market: market, through: end) {
            switch entry.value {
            case .decided(let one) where one.labelsHash == hash:
                let wasPaused = operations[hash]?.pausedSince != nil
                operations.apply(one)
                last = entry.position
                if !wasPaused, operations[hash]?.pausedSince != nil { paused = entry.position }
            case .raised(let one):
                try operations.apply(one)
                alerts[one.alert] = entry.position
            case .resolved(let one): try operations.apply(one)
            case .resumed(let one) where one.labelsHashes.contains(hash):
                try operations.apply(TradingResumed(labelsHashes: [hash], by: one.by, reason: nil))
                resumed = last.map { ($0, entry.position) }
            default: break
            }
        }
        watch = operations[hash]
        alert = operations.alert(of: hash).flatMap { alerts[$0.number] }
    }
}
