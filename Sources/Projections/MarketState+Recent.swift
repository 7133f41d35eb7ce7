internal import Digest
internal import EventFormat
public import EventStorage
internal import Labeling
public import Market

extension MarketState {
    /// The state as of the newest commit, with the rows only of the days in which trades are open.
    ///
    /// All other days are known by number and digest: an hourly update of hundreds of markets needs
    /// no more. ``load(from:through:_:)`` brings the rows of other days before they are looked at.
    /// Where the store has no sound record of the market, the state comes whole.
    ///
    /// - Returns: the state, and what the store keeps of it.
    /// - Complexity: O(days of the window + events of a timeout) for each labelling.
    public static func loadRecent(
        _ view: borrowing StoreView, market: MarketID
    ) throws -> (state: MarketState, saved: SavedDays) {
        try recent(view, market) ?? load(view, market: market)
    }

    private static func recent(
        _ view: borrowing StoreView, _ market: MarketID
    ) throws -> (state: MarketState, saved: SavedDays)? {
        let reader = try LogReader(view)
        var saved = SavedDays(skips: reader.skips.count)
        let streams = try view.streams(prefix: "\(market)/")
        guard case .record(let record) = try MarketRecord.stored(view, market, skips: saved.skips),
            streams.allSatisfy({ $0.head.position <= record.position }),
            let newest = record.newest
        else { return nil }
        saved.window = try days(
            view, under: MarketRecord.windowDays(market), damaged: &saved.damaged)
        for labelling in record.labellings {
            saved.labels[labelling.hash] = try days(
                view, under: MarketRecord.labelDays(market, labelling.hash),
                damaged: &saved.damaged)
        }
        var state = MarketState(market: market)
        state.window.newest = newest
        _ = try state.foldOpenings(through: record.position, view, reader, streams)
        try state.adopt(record)
        guard saved.damaged.isEmpty, state.hold(saved) else { return nil }
        for labelling in state.labellings {
            guard let through = labelling.through else { continue }
            let first = through - labelling.configuration.timeoutMilliseconds
            try state.load(from: first, through: through, view)
        }
        // The window's digests and the open trades must be those of the record.
        guard MarketRecord(&state, skips: saved.skips, hasher: SHA256()) == record else {
            return nil
        }
        saved.position = record.position
        saved.progress = state.progress
        saved.isComplete = true
        return (state, saved)
    }

    /// Holds all days by number and digest; says whether they can be days of the window.
    private mutating func hold(_ saved: SavedDays) -> Bool {
        guard let cutoff = window.cutoff, let newest = window.newest else { return false }
        let days = UTCDay(of: cutoff).number...UTCDay(of: newest).number
        for day in saved.window {
            guard days.contains(day.day) else { return false }
            window.candles.addUnloaded(day)
        }
        for index in labellings.indices {
            for day in saved.labels[labellings[index].hash] ?? [] {
                guard days.contains(day.day) else { return false }
                labellings[index].labels.addUnloaded(day)
            }
        }
        return true
    }

    /// Brings the candles and labels of the days that a range of stamps touches, if they are not here.
    ///
    /// - Parameter view: the store as of the newest commit.
    /// - Throws: `EventStoreError` `.corrupted` where the log holds other rows than the store's
    ///   records say.
    /// - Complexity: O(events of the days that were not here).
    public mutating func load(
        from first: Int64 = .min, through last: Int64 = .max, _ view: borrowing StoreView
    ) throws {
        guard let cutoff = window.cutoff, first <= last else { return }
        if let days = window.candles.unloadedDays(from: first, through: last) {
            var rows = try History.candles(view, market: market, days: days)
            rows.evict(through: cutoff)
            if let day = window.candles.load(days, from: rows) { throw mismatch(day, "candles") }
        }
        for index in labellings.indices {
            guard let days = labellings[index].labels.unloadedDays(from: first, through: last)
            else { continue }
            var rows = try History.labels(
                view, market: market, labelling: labellings[index], days: days)
            rows.evict(through: cutoff)
            if let day = labellings[index].labels.load(days, from: rows) {
                throw mismatch(day, "labels \(labellings[index].hash.hex.prefix(16))")
            }
        }
    }

    /// The days whose rows are not here, see ``unload(_:)``.
    public struct UnloadedDays: Sendable {
        fileprivate let candles: [Int32]
        fileprivate let labels: [[Int32]]
    }

    /// The days whose rows are not here.
    ///
    /// - Complexity: O(days).
    public var unloadedDays: UnloadedDays {
        UnloadedDays(
            candles: window.candles.daysUnloaded, labels: labellings.map(\.labels.daysUnloaded))
    }

    /// Forgets the rows of days that were not here: a month of them is needed for a moment, and hundreds
    /// of markets would not fit into memory with it.
    ///
    /// - Complexity: O(days).
    public mutating func unload(_ days: UnloadedDays) {
        window.candles.unload(days.candles)
        for (index, days) in days.labels.enumerated() { labellings[index].labels.unload(days) }
    }

    private func mismatch(_ day: Int32, _ rows: String) -> EventStoreError {
        EventStoreError(
            .corrupted,
            "\(market): the log holds other \(rows) of \(UTCDay(number: day)) than the projections "
                + "say; run `mechanic-replay rebuild`")
    }
}
