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
    /// Markets whose records could not be compared: they are of another version, or from before an
    /// event was passed over. A rebuild makes them anew.
    public let outdated: [MarketID]
    /// Where each market was taken up, in the order of ``markets``; 0 for the beginning.
    public let resumed: [GlobalPosition]

    /// Folds the log from position 1 to a point.
    ///
    /// - Parameters:
    ///   - checks: compare with the store's records; only at the end of the log.
    ///   - fromSnapshots: begin each market at its newest sound snapshot, if it has one.
    /// - Complexity: O(events).
    public static func run(
        _ store: EventStore, to point: TimePoint = .head, checks: Bool = false,
        fromSnapshots: Bool = false,
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> Replay {
        try store.read { view in
            let last = try view.resolve(point)
            let fold = try LogFold.fold(
                view, through: last, fromSnapshots: fromSnapshots, progress: progress)
            let skips = try view.skips().count
            let hasher = SHA256()
            var markets: [(market: MarketID, digests: [MarketState.Digest])] = []
            var difference: String?
            var outdated: [MarketID] = []
            for var state in fold.markets {
                let digests = state.digests(hasher: hasher)
                markets.append((state.market, digests))
                guard checks, difference == nil else { continue }
                switch try MarketRecord.stored(view, state.market, skips: skips) {
                case .outdated: outdated.append(state.market)
                case .record(let record):
                    difference = try compare(&state, digests, with: record, view, hasher)
                case .missing:
                    difference = "\(state.market): the store holds no projections of this market"
                case .damaged:
                    difference =
                        "\(state.market): the store's projections are damaged, where they stand is lost"
                }
            }
            // What no market asked for: records under keys that are nobody's, or too few of them.
            if checks, difference == nil, outdated.isEmpty {
                difference = try view.checkProjections().findings.first
            }
            return Replay(
                position: last, events: fold.events, markets: markets, difference: difference,
                outdated: outdated, resumed: fold.resumed)
        }
    }

    /// The first projection whose digest the store has otherwise, and its first day.
    private static func compare(
        _ state: inout MarketState, _ digests: [MarketState.Digest], with record: MarketRecord,
        _ view: borrowing StoreView, _ hasher: SHA256
    ) throws -> String? {
        let market = state.market
        guard record.labellings.map(\.hash) == state.labellings.map(\.hash) else {
            return "\(market): the store holds other labellings than the log"
        }
        for digest in digests {
            let held = record.digest(digest.name, of: digest.labelling, hasher: hasher)
            guard let held, held != digest.digest else { continue }
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
