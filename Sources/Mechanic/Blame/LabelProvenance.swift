public import EventFormat
public import EventStorage
public import Labeling
public import Market
public import Projections

/// Which events say what many labels are: those that recorded them, and those that hold their candles.
///
/// ``LabelBlame`` finds all that one label rests on, and proves it: also where a candle was revised when it
/// lay outside the window, so that the label rests on the value before.
public struct LabelProvenance: Sendable {
    /// The events behind one row.
    public struct Events: Sendable, Equatable {
        /// It recorded the label last; nil for an open trade.
        public let label: GlobalPosition?
        /// It holds the entry candle as it was labelled last.
        public let entry: GlobalPosition?
        /// It holds the deciding candle as it was labelled last; nil for an open trade.
        public let deciding: GlobalPosition?
    }

    private let candles: CandleHolders?
    private let version: UInt64
    private var labels: [Int64: GlobalPosition] = [:]

    /// Reads what was recorded of a range of entries.
    ///
    /// - Parameters:
    ///   - rows: closed labels.
    ///   - open: entries of open trades.
    ///   - position: the end of a commit; later events are passed over.
    /// - Complexity: O(events of the days from the first entry to the last decision).
    public init(
        _ view: borrowing StoreView, market: MarketID, _ labelling: LabelState, of rows: [Label],
        open: [Int64], through position: GlobalPosition
    ) throws {
        version = labelling.candlesVersion
        let stamps = rows.flatMap { [$0.entryTime, $0.decidedAt] } + open
        guard let first = stamps.min(), let last = stamps.max() else {
            candles = nil
            return
        }
        candles = try CandleHolders(view, market, first...last, through: position)
        for day in Set(rows.map { UTCDay(of: $0.entryTime).number }).sorted() {
            labels.merge(
                try History.labelPositions(
                    view, market: market, labelling: labelling, day: day, through: position)
            ) { $1 }
        }
    }

    /// The events behind a label.
    public func events(of label: Label) -> Events {
        Events(
            label: labels[label.entryTime], entry: holder(label.entryTime),
            deciding: holder(label.decidedAt))
    }

    /// The events behind an open trade.
    public func events(ofOpen entry: Int64) -> Events {
        Events(label: nil, entry: holder(entry), deciding: nil)
    }

    private func holder(_ stamp: Int64) -> GlobalPosition? {
        candles?.value(stamp, version)?.position
    }
}
