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
        var seen = 0
        var counted = 0
        while seen < DriftPolicy.maximumHoldChecks, counted < hold,
            let found = try trail.last(view, before: version, where: { $0 == .check })
        {
            version = found.version
            seen += 1
            let check = try DriftLog.check(view, market: market, labels: hash, version: version)
            let isSubject = version == decision.value.check
            let isCounted = check.value.severity != .insufficientData
            counted += isCounted ? 1 : 0
            guard isSubject || isCounted else { continue }
            checks.insert(check, at: 0)
            evidence.add(check.position, isSubject ? .check : .hold)
        }
    }

    /// The decision before, and what let trading go on in this very episode.
    private mutating func findOperations(
        _ view: borrowing StoreView, _ market: MarketID, _ decision: DriftLog.Entry<Decision>
    ) throws {
        let hash = decision.value.labelsHash
        var operations = Operations()
        var last: GlobalPosition?
        var resumed: (pause: GlobalPosition, resume: GlobalPosition)?
        let before = GlobalPosition(decision.position.number - 1)
        for entry in try OperationsLog.changes(view, market: market, through: before) {
            switch entry.value {
            case .decided(let one) where one.labelsHash == hash:
                operations.apply(one)
                last = entry.position
            case .resumed(let one) where one.labelsHashes.contains(hash):
                try operations.apply(TradingResumed(labelsHashes: [hash], by: one.by, reason: nil))
                resumed = last.map { ($0, entry.position) }
            default: break
            }
        }
        guard let last, let watch = operations[hash], watch.level > .none else { return }
        if watch.isResumed, let resumed {
            // The level is severe since then, so that any other decision since says no more.
            evidence.add(resumed.pause, .paused)
            evidence.add(resumed.resume, .resumed)
        } else {
            // Without one before, the level before is none too.
            evidence.add(last, .previous)
        }
    }
}
