internal import Digest
public import EventFormat
public import EventStorage
internal import Labeling
public import Market
public import Projections

/// Folds the log again and compares what comes out with what the store holds.
public struct Replay: Sendable {
    /// The end of the commit that was folded through.
    public let position: GlobalPosition
    /// How many events of markets were folded.
    public let events: Int
    /// The digests of every market's projections.
    public let markets: [(market: MarketID, digests: [MarketState.Digest])]
    /// The first difference from what the store holds; nil if there is none or none was looked for.
    public let difference: String?

    /// Folds the log from position 1 to a point.
    ///
    /// - Parameter checks: compare with the store's records; only at the end of the log.
    /// - Complexity: O(events).
    public static func run(
        _ store: EventStore, to point: TimePoint = .head, checks: Bool = false,
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> Replay {
        try store.read { view in
            let last = try view.resolve(point)
            let fold = try LogFold.fold(view, through: last, progress: progress)
            let hasher = SHA256()
            var markets: [(market: MarketID, digests: [MarketState.Digest])] = []
            var difference: String?
            for var state in fold.markets {
                let digests = state.digests(hasher: hasher)
                markets.append((state.market, digests))
                if checks, difference == nil {
                    difference = try compare(&state, digests, view, hasher)
                }
            }
            return Replay(
                position: last, events: fold.events, markets: markets, difference: difference)
        }
    }

    /// The first projection whose digest the store has otherwise, and its first day.
    private static func compare(
        _ state: inout MarketState, _ digests: [MarketState.Digest], _ view: borrowing StoreView,
        _ hasher: SHA256
    ) throws -> String? {
        let market = state.market
        guard let bytes = try view.projection(MarketRecord.key(market)) else {
            return "\(market): the store holds no projections of this market"
        }
        guard let record = MarketRecord(bytes) else {
            return "\(market): the store's projections are damaged or of another version"
        }
        guard record.labellings.map(\.hash) == state.labellings.map(\.hash) else {
            return "\(market): the store holds other labellings than the log"
        }
        var labelling = 0
        for digest in digests {
            let held: Hash256
            switch digest.name {
            case RollingWindow.name: held = record.window
            case ActiveConfigurations.name: held = record.configuration
            default:
                held = record.labellings[labelling].digest
                labelling += 1
            }
            guard held != digest.digest else { continue }
            let day = try state.firstDifferentDay(digest, view, hasher: hasher)
            return "\(market): \(digest.name) has digest \(digest.digest) from the log, "
                + "\(held) in the store"
                + (day.map { "; the first day that differs is \($0)" } ?? "")
        }
        for digest in digests {
            if let day = try state.firstDifferentDay(digest, view, hasher: hasher) {
                return "\(market): the digest of \(day) kept for \(digest.name) is not what the "
                    + "log gives"
            }
        }
        return nil
    }
}
