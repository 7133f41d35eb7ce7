public import Digest
public import EventFormat
public import EventStorage
public import Market
public import Projections

/// What a recorded drift check rests on: the rows that it compared, and why it was due.
public struct DriftBlame: Blame {
    /// The market.
    public let market: MarketID
    /// The end of the commit as of which it was asked.
    public let position: GlobalPosition
    /// The check.
    public let check: DriftLog.Entry<DriftCheck>
    /// The baseline that it was compared with; nil where none is recorded.
    public let baseline: DriftLog.Entry<BaselineRecord>?
    /// The events.
    public let events: [BlamedEvent]
    /// None: the rows that were replaced before are too many to be of use.
    public var history: [BlamedEvent] { [] }
    /// The program.
    public var program: String { check.value.program }
    /// The configuration that decided.
    public var configurationHash: Hash256 { check.value.configurationHash }
    /// The labelling.
    public var labelsHash: Hash256 { check.value.labelsHash }

    /// The blame for a check.
    ///
    /// - Parameters:
    ///   - version: the check's, in the labelling's stream of drift; nil for the newest one.
    ///   - position: the end of a commit; later checks are not there yet.
    /// - Throws: ``BlameError`` where there is no such check.
    /// - Complexity: O(events of the days of both periods + minutes).
    public static func of(
        _ view: borrowing StoreView, market: MarketID, labels hash: Hash256,
        check version: UInt64? = nil, asOf position: GlobalPosition
    ) throws -> DriftBlame {
        let trail = try DriftTrail(view, market, hash, through: position)
        guard let found = try trail.check(view, version) else {
            throw BlameError(
                version.map { "version \($0) of \(trail.name) is no check" }
                    ?? "\(market) has no drift check under \(hash.hex.prefix(16)) as of position "
                    + "\(position): `mechanic-replay update` records them")
        }
        let check = try DriftLog.check(view, market: market, labels: hash, version: found)
        let baseline =
            check.value.baseline == 0
            ? nil
            : try DriftLog.baseline(
                view, market: market, labels: hash, version: check.value.baseline)
        var search = DriftSearch(market, check, baseline, trail)
        try search.findSources(view)
        try search.findRows(view)
        try search.findCause(view)
        return DriftBlame(
            market: market, position: position, check: check, baseline: baseline,
            events: try search.evidence.read(view))
    }

    /// Computes the check from these events and no others.
    public func failure(from events: [RecordedEvent]) -> String? {
        reason {
            let given = try DriftReproduction(of: check.version, in: market, from: events)
            guard given.recorded == check.value else {
                return "the events do not hold the check as it is recorded"
            }
            if let difference = given.baselineDifference { return difference }
            return JSONDifference.first(given.recorded.json, given.check.json)
                ?? misplaced(.current, given.holders.current)
                ?? misplaced(.reference, given.holders.reference)
        }
    }

    /// The first row that another event holds than the one blamed for it; nil if there is none.
    private func misplaced(_ role: BlamedEvent.Role, _ holders: RowHolders) -> String? {
        for event in events {
            let isCandles = event.event.type?.isOfCandles ?? false
            let places = isCandles ? holders.candles : holders.labels
            for stamp in event.stamps(role) where places[stamp] != event.position {
                return "the row of \(UTCTime.text(milliseconds: stamp)) is not that of position "
                    + "\(event.position)"
            }
        }
        return nil
    }
}

extension EventType {
    /// Whether its rows are candles.
    fileprivate var isOfCandles: Bool {
        number == Self.candlesRecorded.number || number == Self.candlesRevised.number
    }
}
