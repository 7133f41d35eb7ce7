public import Digest
internal import DriftStatistics
public import EventFormat
internal import EventStorage
internal import Labeling
public import Market
public import Projections

/// Why an operator's word was not recorded.
public struct OperationError: Error, Equatable, CustomStringConvertible {
    /// What was asked, why it cannot be, and what to do.
    public let description: String

    init(_ description: String) { self.description = description }
}

extension Updater {
    /// Notes that somebody has seen an open alert.
    ///
    /// - Parameters:
    ///   - now: the clock, microseconds UTC.
    /// - Returns: where the log ends. Said again by the same person, nothing is added.
    /// - Throws: ``OperationError`` where no such alert is open.
    public func acknowledge(
        alert: UInt64, by: String, note: String? = nil, at now: Int64
    ) throws -> GlobalPosition {
        let said = try Self.checked(by: by, text: note)
        let (_, receipt) = try commit(at: now) { commit, warm in
            guard let open = warm.state.operations.alerts.first(where: { $0.number == alert })
            else { throw Self.noAlert(alert, warm.state) }
            guard open.acknowledgedBy != by || open.note != note else { return }
            let event = AlertAcknowledged(alert: alert, by: said.by, note: said.text).event
            _ = try record(event, to: .operations(market), &commit, &warm)
        }
        return receipt.head.position
    }

    private static func noAlert(_ number: UInt64, _ state: MarketState) -> OperationError {
        let open = state.operations.alerts.map { "\($0.number)" }
        let known = number >= 1 && number <= state.operations.alertCount
        return OperationError(
            "alert \(number) of \(state.market) \(known ? "is resolved or replaced" : "never was"); "
                + (open.isEmpty ? "none is open" : "open: \(open.joined(separator: ", "))"))
    }

    /// Lets trading go on that decisions had paused. The same episode does not pause it again: a new
    /// one begins when the level has fallen below severe.
    ///
    /// - Returns: where the log ends, and the labellings that were paused.
    /// - Throws: ``OperationError`` where nothing is paused.
    public func resume(
        by: String, reason: String? = nil, at now: Int64
    ) throws -> (position: GlobalPosition, labellings: [Hash256]) {
        let said = try Self.checked(by: by, text: reason)
        let (hashes, receipt) = try commit(at: now) { commit, warm in
            let paused = warm.state.operations.watches.filter { $0.pausedSince != nil }
            guard !paused.isEmpty else {
                throw OperationError("\(market) is not paused: there is nothing to resume")
            }
            let hashes = paused.map(\.labelsHash)
            let event = TradingResumed(
                labelsHashes: hashes, by: said.by, reason: said.text
            ).event
            _ = try record(event, to: .operations(market), &commit, &warm)
            return hashes
        }
        return (receipt.head.position, hashes)
    }

    /// Records what sinks answered.
    func record(_ deliveries: [AlertDelivered], at now: Int64) throws -> GlobalPosition {
        let (_, receipt) = try commit(at: now) { commit, warm in
            for delivery in deliveries {
                _ = try record(delivery.event, to: .operations(market), &commit, &warm)
            }
        }
        return receipt.head.position
    }

    /// Texts go into events that are kept for ever.
    private static func checked(
        by: String, text: String?
    ) throws -> (by: String, text: String?) {
        guard (1...200).contains(by.utf8.count) else {
            throw OperationError("a name has 1 to 200 bytes")
        }
        guard (text?.utf8.count ?? 0) <= 1_000 else {
            throw OperationError("a note has 1,000 bytes at most")
        }
        // They are printed on other people's terminals.
        guard (by + (text ?? "")).unicodeScalars.allSatisfy(\.isPlain) else {
            throw OperationError(
                "a name and a note are one line each, without control characters and turns of direction"
            )
        }
        return (by, text)
    }
}

extension Updater {
    /// Records a reference period that somebody chose: every check of the labelling compares with it
    /// until it is released or another is set.
    ///
    /// - Parameters:
    ///   - range: stamps, milliseconds UTC; it ends before the current window of a check begins.
    ///   - configuration: the one that decides about the labelling.
    /// - Returns: the record, and where the log ends.
    /// - Throws: ``OperationError`` where the period overlaps the current window, holds no candles, or
    ///   the configuration does not decide.
    public func setBaseline(
        _ range: Range<Int64>, _ configuration: IdentifiedConfiguration, at now: Int64
    ) throws -> (record: BaselineRecord, position: GlobalPosition) {
        let (record, receipt) = try commit(at: now) { commit, warm in
            try Self.checkDecides(configuration, warm.state)
            let end = (warm.state.window.newest ?? 0) + market.timeframe.milliseconds
            let start = end - configuration.configuration.drift.currentLength
            guard !range.isEmpty, range.upperBound <= start else {
                throw OperationError(
                    "a baseline ends before the current window, which begins at "
                        + "\(UTCTime.text(milliseconds: start)): this one ends at "
                        + UTCTime.text(milliseconds: range.upperBound))
            }
            let record = try baseline(range, end: end, configuration, commit.view, &warm)
            guard record.summary.closes > 0 else {
                throw OperationError(
                    "\(market) has no candles from \(UTCTime.text(milliseconds: range.lowerBound)) to "
                        + UTCTime.text(milliseconds: range.upperBound))
            }
            let known = warm.state.baselines[configuration.labelsHash]
            guard known?.isSame(as: record) != true || known?.isPinned != true else {
                return record
            }
            _ = try self.record(
                record.event(causation: .none),
                to: .drift(market, hash: configuration.labelsHash), &commit, &warm)
            return record
        }
        return (record, receipt.head.position)
    }

    /// Lets the policy decide again which baseline a labelling has.
    ///
    /// - Throws: ``OperationError`` where none is set.
    public func releaseBaseline(
        _ configuration: IdentifiedConfiguration, by: String?, at now: Int64
    ) throws -> GlobalPosition {
        if let by { _ = try Self.checked(by: by, text: nil) }
        let (_, receipt) = try commit(at: now) { commit, warm in
            guard warm.state.baselines[configuration.labelsHash]?.isPinned == true else {
                throw OperationError("\(market) has no baseline that was set: nothing to release")
            }
            let release = BaselineRelease(labelsHash: configuration.labelsHash, by: by)
            _ = try record(
                release.event, to: .drift(market, hash: configuration.labelsHash), &commit, &warm)
        }
        return receipt.head.position
    }

    private static func checkDecides(
        _ configuration: IdentifiedConfiguration, _ state: MarketState
    ) throws {
        guard DriftSchedule.deciding(state).contains(configuration) else {
            throw OperationError(
                "\(configuration.hash.hex.prefix(16)) decides about no labelling of \(state.market): "
                    + "activate it and run an update first")
        }
    }

    /// The baseline of a period in the window, or before it from the log.
    private func baseline(
        _ range: Range<Int64>, end: Int64, _ configuration: IdentifiedConfiguration,
        _ view: borrowing StoreView, _ warm: inout Warm
    ) throws -> BaselineRecord {
        let hash = configuration.labelsHash
        if warm.state.window.reaches(range.lowerBound) {
            try warm.state.load(from: range.lowerBound, through: range.upperBound, view)
            let sample = PeriodSample(range, of: warm.state.window.candles, withCloses: true)
            let reference = DriftComputation.reference(
                sample, knownBy: end, configuration, warm.state)
            return DriftComputation.record(
                reference, range, .set, knownBy: end, configuration, &warm.state, hasher: hasher)
        }
        let labelling = warm.state.labellings[warm.state.labelling(hash)!]
        let days = UTCDay(of: range.lowerBound).number...UTCDay(of: range.upperBound - 1).number
        var candles = try History.candles(view, market: market, days: days)
        var labels = try History.labels(view, market: market, labelling: labelling, days: days)
        let reference = DriftReference(
            PeriodSample(range, of: candles, withCloses: true), of: candles,
            labels: LabelTally(
                labels, in: range, knownBy: end, configuration.configuration.drift.labels))
        return BaselineRecord(
            cause: .set, configurationHash: configuration.hash, labelsHash: hash,
            basis: InputBasis(
                of: range, knownBy: end, market: market,
                candlesVersion: warm.state.candlesVersion,
                labels: DriftComputation.labels(hash, warm.state), candles: &candles,
                rows: &labels, through: nil, hasher: hasher),
            summary: BaselineRecord.Summary(reference), program: Program.version)
    }
}
