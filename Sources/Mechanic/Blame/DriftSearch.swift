internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

/// The search for what a drift check rests on.
struct DriftSearch {
    private(set) var evidence = Evidence()
    private let market: MarketID
    private let check: DriftLog.Entry<DriftCheck>
    private let baseline: DriftLog.Entry<BaselineRecord>?
    private let trail: DriftTrail
    private var policy = DriftPolicy()

    init(
        _ market: MarketID, _ check: DriftLog.Entry<DriftCheck>,
        _ baseline: DriftLog.Entry<BaselineRecord>?, _ trail: DriftTrail
    ) {
        self.market = market
        self.check = check
        self.baseline = baseline
        self.trail = trail
    }

    /// The check itself, its baseline, its configuration and its labelling.
    mutating func findSources(_ view: borrowing StoreView) throws {
        evidence.add(check.position, .result)
        if let baseline { evidence.add(baseline.position, .baseline) }
        let standing = try view.standing(
            of: check.value.configurationHash, market, through: check.position)
        evidence.add(standing.position, .configuration)
        policy = standing.configuration.configuration.drift
        let stream = MarketStream.labels(market, hash: check.value.labelsHash)
        guard let head = try view.head(of: stream.id),
            let opened = try view.position(of: StreamVersion(1), in: head)
        else { throw History.missing(1, of: stream) }
        evidence.add(opened, .labelling)
    }

    /// The rows of the current window as of the check, those of the reference as of its baseline.
    mutating func findRows(_ view: borrowing StoreView) throws {
        try findRows(view, check.value.current, .current)
        guard let basis = baseline?.value.basis else { return }
        // Periods that overlap are not compared; how stale the baseline is, is told all the same.
        if !basis.range.overlaps(check.value.current.range) {
            try findRows(view, basis, .reference)
        }
        // The minutes that decided its labels count too.
        try forEachRevision(
            view, after: basis.candlesVersion, of: basis.range.lowerBound..<basis.knownBy
        ) {
            evidence.add($0, .stale, stamp: $1)
        }
    }

    private mutating func findRows(
        _ view: borrowing StoreView, _ basis: InputBasis, _ role: BlamedEvent.Role
    ) throws {
        guard let first = basis.range.first, let last = basis.range.last else { return }
        let holders = try CandleHolders(view, market, first...last, through: check.position)
        for stamp in holders.stamps {
            guard let value = holders.value(stamp, basis.candlesVersion) else { continue }
            evidence.add(value.position, role, stamp: stamp)
        }
        guard let labels = basis.labels else { return }
        let latest = basis.knownBy - market.timeframe.milliseconds
        try LabelHolders(view, market, labels, basis.range, latest: latest)
            .add(to: &evidence, role)
    }

    /// What made the check due: the one before it, baselines set and released, revisions.
    mutating func findCause(_ view: borrowing StoreView) throws {
        guard let found = try trail.last(view, before: check.version, where: { $0 == .check })
        else { return }
        evidence.add(found.position, .previous)
        // Another configuration is reason enough, whatever else there was.
        guard check.value.cause != .configuration else { return }
        let before = try DriftLog.check(
            view, market: market, labels: check.value.labelsHash, version: found.version)
        try findPins(view, since: before)
        if check.value.cause == .data { try findRevisions(view, since: before) }
    }

    /// The baselines set and released without which the check would be due for another reason.
    private mutating func findPins(
        _ view: borrowing StoreView, since before: DriftLog.Entry<DriftCheck>
    ) throws {
        let now = try trail.last(view, before: check.version) { $0 != .check }
        let then = try trail.last(view, before: before.version) { $0 != .check }
        if let now, now.kind == .setBaseline {
            evidence.add(now.position, .pin)
        } else if let now, let then, then.kind == .setBaseline {
            evidence.add(then.position, .pin)
            evidence.add(now.position, .pin)
        }
    }

    /// As few events as revised enough minutes for a check: those that count anyway, then those with the
    /// most minutes.
    private mutating func findRevisions(
        _ view: borrowing StoreView, since before: DriftLog.Entry<DriftCheck>
    ) throws {
        let first = min(
            before.value.reference.lowerBound, before.value.current.range.lowerBound)
        var minutes: [GlobalPosition: [Int64]] = [:]
        try forEachRevision(
            view, after: before.value.current.candlesVersion, of: first..<check.value.end
        ) {
            minutes[$0, default: []].append($1)
        }
        func add(_ position: GlobalPosition) -> Int {
            for stamp in minutes[position] ?? [] {
                evidence.add(position, .revisions, stamp: stamp)
            }
            return minutes[position]?.count ?? 0
        }
        let known = minutes.keys.filter(evidence.contains)
        let others = minutes.keys.filter { !evidence.contains($0) }.sorted {
            (minutes[$1]!.count, $0.number) < (minutes[$0]!.count, $1.number)
        }
        var count = 0
        for position in known + others where count < policy.checkRows { count += add(position) }
    }

    /// Calls `body` with every minute of a range that was revised or came late before the check.
    private func forEachRevision(
        _ view: borrowing StoreView, after version: UInt64, of range: Range<Int64>,
        _ body: (GlobalPosition, Int64) -> Void
    ) throws {
        guard let first = range.first, let last = range.last else { return }
        let days = UTCDay(of: first).number...UTCDay(of: last).number
        try History.forEachEvent(
            view, of: .candles(market), days: days, through: check.position
        ) { event in
            guard event.streamVersion.number > version else { return }
            for stamp in try CandleEvents.revisedStamps(event) where range.contains(stamp) {
                body(event.frame.position, stamp)
            }
        }
    }
}

extension StoreView {
    /// Since when a configuration was active that decided something by a position.
    ///
    /// - Throws: `.corrupted` where it never was.
    func standing(
        of hash: Hash256, _ market: MarketID, through position: GlobalPosition
    ) throws -> ConfigurationStanding {
        let all = try ConfigurationStanding.all(self, market: market, through: position)
        guard let standing = all.first(where: { $0.configuration.hash == hash }) else {
            throw EventStoreError(
                .corrupted,
                "position \(position): the configuration \(hash.hex.prefix(16)) that decided never "
                    + "was active; run `mechanic-replay verify`", position: position)
        }
        return standing
    }
}
