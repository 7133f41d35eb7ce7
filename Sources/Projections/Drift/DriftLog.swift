public import Digest
public import DriftStatistics
public import EventFormat
public import EventStorage
internal import Labeling
public import Market

/// The recorded baselines, checks and monitors of a labelling, read from its stream of drift.
public enum DriftLog {
    /// What an event says, and where it stands.
    public struct Entry<Value: Sendable>: Sendable {
        /// The event's position.
        public let position: GlobalPosition
        /// Its version in the stream of drift.
        public let version: UInt64
        /// When it was recorded, microseconds UTC.
        public let recordedAt: Int64
        /// What it says.
        public let value: Value

        package init(
            position: GlobalPosition, version: UInt64, recordedAt: Int64, value: Value
        ) {
            self.position = position
            self.version = version
            self.recordedAt = recordedAt
            self.value = value
        }
    }

    /// The baseline of a version.
    ///
    /// - Throws: `.corrupted` where the event is another one or none.
    public static func baseline(
        _ view: borrowing StoreView, market: MarketID, labels hash: Hash256, version: UInt64
    ) throws -> Entry<BaselineRecord> {
        let stream = MarketStream.drift(market, hash: hash)
        let found = try entry(view, stream, version) { event in
            event.currentType == .baselineRecorded ? try BaselineRecord(event) : nil
        }
        guard let found else { throw History.missing(version, of: stream) }
        return found
    }

    /// The check of a version.
    ///
    /// - Throws: `.corrupted` where the event is another one or none.
    public static func check(
        _ view: borrowing StoreView, market: MarketID, labels hash: Hash256, version: UInt64
    ) throws -> Entry<DriftCheck> {
        let stream = MarketStream.drift(market, hash: hash)
        let found = try entry(view, stream, version) { event in
            event.currentType == .driftChecked ? try DriftCheck(event) : nil
        }
        guard let found else { throw History.missing(version, of: stream) }
        return found
    }

    /// All checks after a position and up to another, in the order of the log.
    ///
    /// - Complexity: O(events of the stream in between).
    public static func checks(
        _ view: borrowing StoreView, market: MarketID, labels hash: Hash256,
        after first: GlobalPosition = .start, through last: GlobalPosition
    ) throws -> [Entry<DriftCheck>] {
        try entries(view, .drift(market, hash: hash), after: first, through: last) { event in
            event.currentType == .driftChecked ? try DriftCheck(event) : nil
        }
    }

    /// All monitors up to a position, in the order of the log.
    ///
    /// - Complexity: O(events of the stream).
    public static func monitors(
        _ view: borrowing StoreView, market: MarketID, labels hash: Hash256,
        through last: GlobalPosition
    ) throws -> [Entry<MarketMonitor>] {
        try entries(view, .drift(market, hash: hash), through: last) { event in
            event.currentType == .marketMonitored ? try MarketMonitor(event) : nil
        }
    }

    /// What a baseline stood for when it was recorded, whatever was revised since.
    ///
    /// - Complexity: O(events of its days).
    public static func reference(
        _ view: borrowing StoreView, of record: BaselineRecord, _ labelling: LabelState,
        _ choice: DriftPolicy.Labels
    ) throws -> DriftReference {
        let basis = record.basis
        var candles = DayGrid<Candle>(timeframe: basis.market.timeframe)
        var labels = DayGrid<Label>(timeframe: basis.market.timeframe)
        if !basis.range.isEmpty {
            let last = UTCDay(of: basis.range.upperBound - 1).number
            let days = UTCDay(of: basis.range.lowerBound).number...last
            candles = try History.candles(
                view, market: basis.market, days: days, version: basis.candlesVersion)
            if let version = basis.labels?.version {
                labels = try History.labels(
                    view, market: basis.market, labelling: labelling, days: days, version: version)
            }
        }
        return DriftReference(
            PeriodSample(basis.range, of: candles, withCloses: true), of: candles,
            labels: LabelTally(labels, in: basis.range, knownBy: basis.knownBy, choice))
    }

    private static func entry<Value>(
        _ view: borrowing StoreView, _ stream: MarketStream, _ version: UInt64,
        _ read: (borrowing EventView) throws -> Value?
    ) throws -> Entry<Value>? {
        guard let head = try view.head(of: stream.id),
            let position = try view.position(of: StreamVersion(version), in: head),
            let event = try view.event(at: position)
        else { throw History.missing(version, of: stream) }
        var found: Entry<Value>?
        try LogReader(view).read(event, at: position) { event in
            found = try read(event).map {
                Entry(
                    position: position, version: version, recordedAt: event.recordedAt, value: $0)
            }
        }
        return found
    }

    /// What some events of a stream say, after a position and up to another, in the order of the log.
    ///
    /// - Throws: `.corrupted` where the index names another event: a wrong entry would end the list early.
    static func entries<Value>(
        _ view: borrowing StoreView, _ stream: MarketStream, after first: GlobalPosition = .start,
        through last: GlobalPosition, _ read: (borrowing EventView) throws -> Value?
    ) throws -> [Entry<Value>] {
        guard let head = try view.head(of: stream.id) else { return [] }
        let reader = try LogReader(view)
        let name = Array(stream.id.description.utf8)
        var entries: [Entry<Value>] = []
        var number = first == .start ? 1 : try view.version(after: first, in: head).number
        while number <= head.version.number {
            guard let position = try view.position(of: StreamVersion(number), in: head),
                let event = try view.event(at: position),
                event.streamVersion.number == number, event.streamName.copy() == name
            else { throw History.missing(number, of: stream) }
            guard position <= last else { break }
            try reader.read(event, at: position) { event in
                guard let value = try read(event) else { return }
                entries.append(
                    Entry(
                        position: position, version: number, recordedAt: event.recordedAt,
                        value: value))
            }
            number += 1
        }
        return entries
    }
}
