internal import Digest
internal import EventFormat

extension MarketState {
    /// Folds an event of a stream of drift.
    mutating func applyDrift(
        _ event: borrowing EventView, _ type: EventType, of stream: MarketStream
    ) throws {
        let version = event.streamVersion.number
        switch type {
        case .baselineRecorded:
            let record = try BaselineRecord(event.payload)
            try check(record.labelsHash, stream, record.basis)
            baselines.apply(record, version: version)
        case .baselineReleased:
            let release = try BaselineRelease(event.payload)
            try check(release.labelsHash, stream)
            try baselines.apply(release)
        case .driftChecked:
            let check = try DriftCheck(event.payload)
            try self.check(check.labelsHash, stream, check.current)
            let isPinned = baselines[check.labelsHash]?.isPinned ?? false
            drift.apply(check, version: version, isPinned: isPinned)
        case .marketMonitored:
            // Nothing follows from a monitor, so that a fold need not read it.
            break
        default: throw Self.misplaced(type, stream)
        }
    }

    private func check(
        _ hash: Hash256, _ stream: MarketStream, _ basis: InputBasis? = nil
    ) throws(FormatError) {
        guard case .drift(_, let prefix) = stream, hash.hex.hasPrefix(prefix),
            labelling(hash) != nil
        else { throw FormatError("an event of drift names a labelling that was never opened") }
        guard basis.map({ $0.market == market }) ?? true else {
            throw FormatError("an event of drift rests on the rows of another market")
        }
    }

    /// Folds an event of the stream of operations that is no completed update.
    mutating func applyOperations(
        _ event: borrowing EventView, _ type: EventType, of stream: MarketStream
    ) throws {
        switch type {
        case .decisionMade: operations.apply(try Decision(event.payload))
        case .alertRaised: try operations.apply(AlertRaised(event.payload))
        case .alertAcknowledged: try operations.apply(AlertAcknowledged(event.payload))
        case .alertResolved: try operations.apply(AlertResolved(event.payload))
        case .alertDelivered: operations.apply(try AlertDelivered(event.payload))
        case .tradingResumed: try operations.apply(TradingResumed(event.payload))
        default: throw Self.misplaced(type, stream)
        }
    }
}
