internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market

/// A rebuild on its way: the fold so far, and what of it must still be written.
struct RebuildWork {
    /// The fold of everything up to ``position``.
    private(set) var fold: LogFold
    /// The last event that was folded: the end of a commit.
    private(set) var position = GlobalPosition.start
    /// What the shadow holds of this rebuild; another value there is another rebuild's.
    private var written: StoredRecord
    /// Whether the shadow must be emptied first.
    private var startsOver: Bool
    private let skips: Int
    private let hasher = SHA256()
    /// What is known of a market of which nothing is written yet.
    private var unsaved: SavedDays
    /// By market, in the order of the fold.
    private var saved: [SavedDays] = []
    /// Markets that the commit under way changed.
    private var touched: Set<Int> = []
    /// Markets that changed since the last save.
    private var changed: Set<Int> = []
    private var snapshots: [RecordChange] = []

    /// `P` → how far the shadow is.
    static let progressKey = [UInt8(ascii: "P")]

    /// Takes up what the shadow holds, or begins anew where that is nothing, damaged, or of another
    /// program.
    init(_ view: borrowing StoreView, snapshotInterval: UInt64) throws {
        let reader = try LogReader(view)
        skips = reader.skips.count
        unsaved = SavedDays(skips: skips)
        unsaved.snapshotInterval = snapshotInterval
        written = try view.projection(Self.progressKey, in: .shadow)
        fold = LogFold(reader)
        startsOver = true
        guard let progress = Progress(written, skips: skips),
            progress.position <= (try view.head().position)
        else { return }
        var states: [MarketID: MarketState] = [:]
        var isSound = true
        try view.forEachProjection(prefix: MarketRecord.marketsPrefix, in: .shadow) { key, value in
            let name = String(decoding: key.dropFirst(), as: UTF8.self)
            guard let market = MarketID(name), let value,
                let record = MarketRecord(.value(value.copy()), skips: skips),
                record.position <= progress.position,
                let state = try MarketState(
                    checking: record, of: market, view, reader,
                    try view.streams(prefix: "\(market)/"))
            else {
                isSound = false
                return
            }
            states[market] = state
        }
        guard isSound, states.count == progress.markets else { return }
        var fold = LogFold(reader)
        _ = try fold.resume(view, through: progress.position) { states[$0] }
        self.fold = fold
        for market in fold.markets {
            saved.append(unsaved)
            saved[saved.count - 1].position = market.position
            saved[saved.count - 1].progress = market.progress
        }
        position = progress.position
        startsOver = false
    }

    /// Folds the commits of at least so many events, or what there is.
    ///
    /// - Returns: false where an event was passed over since the rebuild began: it must begin anew.
    mutating func advance(
        _ view: borrowing StoreView, events: Int,
        progress: (_ done: UInt64, _ of: UInt64) -> Void
    ) throws -> Bool {
        guard try view.skips().count == skips else { return false }
        let head = try view.head().position
        var count = 0
        try view.forEachEvent(from: GlobalPosition(position.number + 1), through: head) {
            at, event in
            // What is rebuilt is sealed as good: a damaged event must not get into it.
            guard event.frame.defect(at: at) == nil,
                hasher.hash(event.eventBytes) == event.frame.eventHash
            else {
                throw EventStoreError(
                    .corrupted,
                    "position \(at): the event is damaged: run `mechanic-replay verify`, restore a "
                        + "backup; projections are not rebuilt from it", position: at)
            }
            if let index = try fold.apply(event, at: at) { touched.insert(index) }
            position = at
            count += 1
            if count.isMultiple(of: 512) { progress(at.number, head.number) }
            guard event.frame.endOfCommit == at else { return true }
            endCommit()
            return count < events
        }
        endCommit()
        progress(position.number, head.number)
        return true
    }

    /// Lets records stand at the end of the commit, as an update does.
    private mutating func endCommit() {
        while saved.count < fold.markets.count { saved.append(unsaved) }
        for index in touched.sorted() {
            fold.markets[index].position = position
            changed.insert(index)
            if saved[index].isSnapshot(at: fold.markets[index].progress) {
                let changes = fold.markets[index].recordChanges(&saved[index], hasher: hasher)
                snapshots += changes.dropFirst()
            }
            saved[index].position = position
            saved[index].progress = fold.markets[index].progress
        }
        touched = []
    }

    /// Puts what changed into the shadow, and how far it is.
    ///
    /// - Throws: `.locked` where another rebuild has written there.
    mutating func save(to update: inout ProjectionUpdate) throws {
        guard try update.view.projection(Self.progressKey, in: .shadow) == written else {
            throw EventStoreError(
                .locked, "another rebuild is at work in this store: wait for its end")
        }
        if startsOver { update.startOver() }
        for index in changed.sorted() {
            for change in fold.markets[index].recordChanges(&saved[index], hasher: hasher) {
                update.set(change.key, change.value)
            }
        }
        for change in snapshots { update.set(change.key, change.value) }
        let progress = Progress(
            position: position, markets: saved.count { $0.position > .start }, skips: skips)
        update.set(Self.progressKey, progress.bytes)
        written = .value(progress.bytes)
        startsOver = false
        changed = []
        snapshots = []
    }

    /// Completes the shadow with the digests of days and makes it what readers see.
    mutating func publish(to update: inout ProjectionUpdate) throws {
        try save(to: &update)
        for index in saved.indices {
            for change in fold.markets[index].dayChanges(&saved[index], hasher: hasher) {
                update.set(change.key, change.value)
            }
        }
        update.set(Self.progressKey, nil)
        update.publish()
    }

    /// The digests of every market's projections.
    mutating func digests() -> [(market: MarketID, digests: [MarketState.Digest])] {
        fold.markets.indices.map { index in
            (fold.markets[index].market, fold.markets[index].digests(hasher: hasher))
        }
    }
}

extension RebuildWork {
    /// How far a shadow is, and for whom.
    private struct Progress {
        let position: GlobalPosition
        let markets: Int
        let skips: Int

        init(position: GlobalPosition, markets: Int, skips: Int) {
            self.position = position
            self.markets = markets
            self.skips = skips
        }

        /// Preamble (32), markets (4), skips (4), position (8).
        var bytes: [UInt8] {
            var buffer = MarketRecord.preamble
            buffer.append(littleEndian: UInt32(markets))
            buffer.append(littleEndian: UInt32(skips))
            buffer.append(littleEndian: position.number)
            return buffer
        }

        /// Reads what a shadow holds; nil where that is of no use.
        init?(_ stored: StoredRecord, skips: Int) {
            guard let bytes = stored.bytes, bytes.count == MarketRecord.preambleBytes + 16,
                MarketRecord.isCurrent(bytes.rawSpan),
                Int(bytes.rawSpan.load(UInt32.self, at: 36)) == skips
            else { return nil }
            self.skips = skips
            markets = Int(bytes.rawSpan.load(UInt32.self, at: 32))
            position = GlobalPosition(bytes.rawSpan.load(UInt64.self, at: 40))
        }
    }
}
