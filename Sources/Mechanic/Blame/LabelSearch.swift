internal import Digest
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Projections

/// The search for what a label rests on.
struct LabelSearch {
    let market: MarketID
    let labelling: LabelState
    let entry: Int64
    let position: GlobalPosition

    /// The label as of the position; nil while the trade is open.
    private(set) var label: Label?
    /// What it was before, and which event said so, in the order of the log; nil where withdrawn.
    private(set) var earlier: [(position: GlobalPosition, label: Label?)] = []
    /// The events without which the label does not come out.
    private(set) var evidence = Evidence()
    /// What else happened to the same rows.
    private(set) var history = Evidence()
    /// How far the update labelled that recorded the label, or last left it open.
    private(set) var through: Int64 = 0
    private(set) var program = ""
    private(set) var configurationHash = Hash256.zero
    private(set) var entryCandle: Candle?
    private(set) var deciding: Candle?
    /// The candles after the entry.
    private(set) var walked: [Candle] = []
    private(set) var missing: [Int64] = []
    /// Whether the candles known at the position give another label.
    private(set) var isOutdated = false
    /// The version of the candles that the label's own update labelled.
    private var candlesVersion: UInt64 = 0
    private var changed: GlobalPosition?

    init(
        _ market: MarketID, _ labelling: LabelState, _ entry: Int64, _ position: GlobalPosition
    ) {
        self.market = market
        self.labelling = labelling
        self.entry = entry
        self.position = position
    }

    /// The events of the label itself: the newest is what it is, those before are history.
    mutating func findLabel(_ view: borrowing StoreView) throws {
        let stream = MarketStream.labels(market, hash: labelling.hash)
        guard let head = try view.head(of: stream.id),
            let opened = try view.position(of: StreamVersion(1), in: head)
        else { throw History.missing(1, of: stream) }
        evidence.add(opened, .labelling)
        let day = UTCDay(of: entry).number
        var changes: [(position: GlobalPosition, label: Label?)] = []
        let entry = entry
        try History.forEachEvent(view, of: stream, days: day...day, through: position) { event in
            let place = event.frame.position
            for change in try LabelEvents.rows(event).changes where change.entry == entry {
                changes.append((place, change.label))
            }
        }
        guard let last = changes.last else { return }
        label = last.label
        changed = last.position
        evidence.add(last.position, .result, stamp: entry)
        earlier = changes.filter { $0.position != last.position }
        for change in earlier { history.add(change.position, .before, stamp: entry) }
    }

    /// The update that recorded the label or, of an open trade, the newest that labelled.
    mutating func findUpdate(_ view: borrowing StoreView) throws {
        let stream = MarketStream.operations(market)
        guard let head = try view.head(of: stream.id) else { throw nothing("is not labelled yet") }
        let found: (position: GlobalPosition, completion: UpdateCompletion)?
        if label != nil, let changed {
            found = try view.update(after: changed, in: head, stream)
        } else {
            found = try view.update(upTo: position, of: labelling.hash, in: head, stream)
        }
        let summary = found?.completion.labellings.first { $0.labelsHash == labelling.hash }
        guard let found, let summary else {
            if label == nil { throw nothing("is not labelled yet") }
            throw EventStoreError(
                .corrupted,
                "position \(changed ?? position): no update accounts for the label of "
                    + "\(UTCTime.text(milliseconds: entry)); run `mechanic-replay verify --recompute`",
                position: changed)
        }
        through = summary.through
        candlesVersion = summary.candlesVersion
        program = found.completion.program
        configurationHash = summary.configurationHash
        evidence.add(found.position, .program)
        let standing = try view.standing(
            of: summary.configurationHash, market, through: found.position)
        evidence.add(standing.position, .configuration)
    }

    /// The candles, as the newest update labelled them; as the label's own did where those of the
    /// newest give another one.
    mutating func findCandles(_ view: borrowing StoreView) throws {
        try checkEntry()
        let last = label?.decidedAt ?? through
        let holders = try CandleHolders(
            view, market, entry...max(entry, last), through: position)
        let newest = max(labelling.candlesVersion, candlesVersion)
        let rules = LabelRules(
            timeframe: market.timeframe, configuration: labelling.configuration)
        var version = newest
        let series = holders.series(newest)
        let given = series.index(of: entry).flatMap {
            series.label(of: $0, through: through, rules)
        }
        if let label, given != label { version = candlesVersion }
        let known = holders.series(.max)
        let today = known.index(of: entry).flatMap { known.label(of: $0, through: last, rules) }
        isOutdated = today != label
        guard holders.value(entry, version) != nil else { throw nothing("has no candle") }
        if label == nil, entry <= through - labelling.configuration.timeoutMilliseconds {
            throw nothing("came late, when it lay outside the window: it never was an entry")
        }
        take(holders, version, through: last)
    }

    private mutating func take(
        _ holders: CandleHolders, _ version: UInt64, through last: Int64
    ) {
        for stamp in holders.stamps where stamp <= last {
            for new in holders.after(stamp, version) {
                history.add(new.position, .after, stamp: stamp)
            }
            guard let value = holders.value(stamp, version) else { continue }
            let isDeciding = stamp == label?.decidedAt
            let role: BlamedEvent.Role =
                stamp == entry ? .entry : isDeciding ? .deciding : .path
            evidence.add(value.position, role, stamp: stamp)
            if stamp == entry { entryCandle = value.candle } else { walked.append(value.candle) }
            if isDeciding { deciding = value.candle }
            for old in holders.before(stamp, version) where old.position != value.position {
                history.add(old.position, .superseded, stamp: stamp)
            }
        }
        let interval = market.timeframe.milliseconds
        let present = Set(walked.map(\.time))
        missing = stride(from: entry + interval, through: last, by: Int(interval)).filter {
            !present.contains($0)
        }
    }

    /// Says why a stamp cannot be an entry, before candles are looked for.
    private func checkEntry() throws {
        let interval = market.timeframe.milliseconds
        guard label == nil else { return }
        if UTCTime.floor(entry, interval) != entry {
            let near = UTCTime.text(milliseconds: UTCTime.floor(entry, interval))
            throw nothing("is no stamp of a \(market.timeframe) candle; did you mean \(near)?")
        }
        if entry < labelling.startsAt {
            let start = UTCTime.text(milliseconds: labelling.startsAt)
            throw nothing("lies before the labelling, which starts at \(start)")
        }
        if entry > through {
            throw nothing(
                "is not labelled yet: labels reach \(UTCTime.text(milliseconds: through))")
        }
    }

    private func nothing(_ why: String) -> BlameError {
        BlameError(
            "\(UTCTime.text(milliseconds: entry)) \(why) (\(market), labels "
                + "\(labelling.hash.hex.prefix(16)), as of position \(position))")
    }
}

extension StoreView {
    /// The update that completes what the commit of an event recorded; nil if the commit has none.
    ///
    /// - Complexity: O(log² events), and the operations of the commit.
    fileprivate func update(
        after position: GlobalPosition, in head: StreamHead, _ stream: MarketStream
    ) throws -> (position: GlobalPosition, completion: UpdateCompletion)? {
        let end = try frame(at: position).endOfCommit
        var version = try self.version(after: position, in: head)
        while let place = try self.position(of: version, in: head), place <= end {
            if let completion = try completion(at: place, stream) { return (place, completion) }
            version = version.next
        }
        return nil
    }

    /// The newest update up to a position that labelled a labelling.
    ///
    /// - Complexity: O(operations after it).
    fileprivate func update(
        upTo position: GlobalPosition, of hash: Hash256, in head: StreamHead,
        _ stream: MarketStream
    ) throws -> (position: GlobalPosition, completion: UpdateCompletion)? {
        var number = try version(after: position, in: head).number - 1
        while number > 0 {
            guard let place = try self.position(of: StreamVersion(number), in: head) else {
                throw History.missing(number, of: stream)
            }
            if let completion = try completion(at: place, stream),
                completion.labellings.contains(where: { $0.labelsHash == hash })
            {
                return (place, completion)
            }
            number -= 1
        }
        return nil
    }

    private func completion(
        at position: GlobalPosition, _ stream: MarketStream
    ) throws -> UpdateCompletion? {
        guard let event = try event(at: position) else {
            throw History.missing(position.number, of: stream)
        }
        var found: UpdateCompletion?
        try LogReader(self).read(event, at: position) { event in
            if event.currentType == .updateCompleted { found = try UpdateCompletion(event) }
        }
        return found
    }
}
