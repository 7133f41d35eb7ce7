internal import Digest
internal import Labeling
internal import Market
internal import Projections
internal import Synchronization
internal import SystemIO

/// One labelling of one market, ready to be computed: values only, so that any thread may do it.
struct LabelWork: Sendable {
    /// The labelling.
    let hash: Hash256
    /// Its configuration and where it starts.
    let configuration: LabelingConfiguration
    let startsAt: Int64
    /// The newest candle labelled before.
    let through: Int64?
    /// The newest candle to be labelled.
    let target: Int64
    /// The candles from the oldest open trade to the target.
    let candles: DayGrid<Candle>
    /// The labels recorded, from the oldest open trade on.
    var labels: DayGrid<Label>
    /// The open trades, if they are warm.
    var engine: LabellingEngine
    /// What revised and late candles ask for; nil where there are none.
    var revision: Revision?

    /// Minutes that changed, with the rows that an entry concerned may need.
    struct Revision: Sendable {
        let touched: [Int64]
        /// The first stamp that may be an entry concerned.
        let first: Int64
        let candles: DayGrid<Candle>
        let labels: DayGrid<Label>
    }

    /// What came out.
    struct Outcome: Sendable {
        let hash: Hash256
        var delta: LabelDelta
        let engine: LabellingEngine
    }

    /// The labels: those of revised minutes first, then those that the new candles close.
    ///
    /// - Complexity: O(new candles × log open trades), and what ``LabelDelta`` says of revisions.
    consuming func run() -> Outcome {
        var delta = LabelDelta()
        if let revision, let through {
            delta = LabelDelta.relabel(
                touched: revision.touched, candles: revision.candles, labels: revision.labels,
                configuration: configuration, from: revision.first, through: through)
            for label in delta.closed { labels.set(label) }
            for label in delta.retracted { labels.remove(label.entryTime) }
        }
        delta.closed += engine.advance(
            candles: candles, labels: labels, startsAt: startsAt, from: through, to: target)
        delta.closed.sort { $0.entryTime < $1.entryTime }
        return Outcome(hash: hash, delta: delta, engine: engine)
    }
}

extension LabelWork {
    /// Entries of a piece that is labelled apart: some milliseconds of work.
    static let entriesPerPiece = 16_384

    /// Labels everything there is to label, on several threads; the outcomes are in order.
    ///
    /// A labelling with many candles before it is cut into pieces of entries.
    static func run(_ works: consuming [LabelWork], threads: Int) throws -> [Outcome] {
        // Boxes, so that a thread can take a work out of its box and change it in place.
        let boxes = works.map(LabelBox.init)
        works = []
        let pieces = boxes.enumerated().flatMap { index, box in
            (0..<box.pieces).map { (box: index, piece: $0) }
        }
        let outcomes = try Parallel.map(pieces.count, threads: threads) { index in
            boxes[pieces[index].box].run(pieces[index].piece)
        }
        var merged: [Outcome] = []
        for (outcome, piece) in zip(outcomes, pieces) {
            if piece.piece == 0 {
                merged.append(outcome)
            } else {
                merged[merged.count - 1].delta.closed += outcome.delta.closed
            }
        }
        return merged
    }
}

/// A work that threads share: taken whole by one, or read by several piece by piece.
private final class LabelBox: Sendable {
    private let whole: Mutex<LabelWork?>
    private let bulk: Bulk?

    /// A work that is labelled by the batch labeller, in pieces.
    private struct Bulk {
        let work: LabelWork
        let columns: CandleColumns
    }

    init(_ work: LabelWork) {
        let first = work.startsAt
        let last = work.through.map { $0 - work.configuration.timeoutMilliseconds } ?? .min
        var columns = CandleColumns()
        // A revision comes first and is rare: it is not worth a way of its own.
        if work.revision == nil,
            work.candles.rowsOfDays(from: max(first, work.through ?? .min), through: work.target)
                > LabelWork.entriesPerPiece
        {
            work.candles.forEach(from: max(first, last), through: work.target) {
                columns.append($0)
            }
        }
        bulk = columns.isEmpty ? nil : Bulk(work: work, columns: columns)
        whole = Mutex(columns.isEmpty ? work : nil)
    }

    var pieces: Int {
        guard let bulk else { return 1 }
        return (bulk.columns.count - 1) / LabelWork.entriesPerPiece + 1
    }

    func run(_ piece: Int) -> LabelWork.Outcome {
        guard let bulk else { return whole.withLock { $0.take()! }.run() }
        let work = bulk.work
        let first = piece * LabelWork.entriesPerPiece
        let end = min(first + LabelWork.entriesPerPiece, bulk.columns.count)
        var delta = LabelDelta()
        delta.closed = BatchLabeler.labels(
            of: bulk.columns, timeframe: work.candles.timeframe,
            configuration: work.configuration, in: first..<end
        ).labels.filter { work.labels[$0.entryTime] == nil }
        // The open trades are looked up by the next update: a cold start costs little beside this.
        return LabelWork.Outcome(
            hash: work.hash, delta: delta, engine: LabellingEngine(work.configuration))
    }
}
