import Digest
import Labeling
import Market
import Projections

/// What labels must be after any history, by dictionaries and plain loops: the rules of revisions,
/// late rows and the window word for word.
///
/// Shares with the product the data of configurations, and no code that labels.
struct LabelModel {
    /// What one update does to one label.
    enum Change: Equatable {
        case closed(Label)
        case revised(Label, previous: Label)
        case retracted(Label)

        var entry: Int64 {
            switch self {
            case .closed(let label), .revised(let label, _), .retracted(let label): label.entryTime
            }
        }
    }

    /// One labelling.
    struct Labelling {
        let configuration: LabelingConfiguration
        let startsAt: Int64
        var through: Int64?
        var labels: [Int64: Label] = [:]
        /// Revised and late stamps since its last update.
        var touched: Set<Int64> = []
    }

    let timeframe: Timeframe
    private(set) var candles: [Int64: Candle] = [:]
    private(set) var labellings: [Hash256: Labelling] = [:]
    private(set) var active: [LabelingConfiguration] = []

    init(timeframe: Timeframe) { self.timeframe = timeframe }

    /// All candles, ascending.
    var series: [Candle] { candles.values.sorted { $0.time < $1.time } }

    private static let window: Int64 = 90 * 86_400_000

    /// Rows that had closed by `now` (milliseconds UTC).
    mutating func record(_ rows: [Candle], now: Int64) {
        let order = rows.indices.sorted { (rows[$0].time, $0) < (rows[$1].time, $1) }
        var newest = candles.keys.max() ?? .min
        for row in order.map({ rows[$0] }) where row.time + timeframe.milliseconds <= now {
            if let known = candles[row.time], known.hasSameValues(as: row) { continue }
            if row.time <= newest {
                for hash in labellings.keys { labellings[hash]!.touched.insert(row.time) }
            }
            candles[row.time] = row
            newest = max(newest, row.time)
        }
    }

    mutating func deactivate(_ configuration: LabelingConfiguration) {
        active.removeAll { $0 == configuration }
    }

    /// Activates configurations and labels through the newest candle.
    ///
    /// - Returns: the changes of each labelling, by entry; a trade opened again and closed by a newer
    ///   candle is in it twice.
    mutating func update(activating wanted: [LabelingConfiguration]) -> [Hash256: [Change]] {
        active += wanted.filter { !active.contains($0) }
        guard let newest = candles.keys.max() else { return [:] }
        let isFirst = labellings.isEmpty
        let later = max(
            candles.keys.min() ?? 0,
            newest - Self.window - 37 * 86_400_000 + timeframe.milliseconds)
        for configuration in active where labellings[configuration.labelsHash] == nil {
            labellings[configuration.labelsHash] = Labelling(
                configuration: configuration, startsAt: isFirst ? .min : later)
        }
        let series = series
        var changes: [Hash256: [Change]] = [:]
        for hash in Set(active.map(\.labelsHash)) {
            changes[hash] = update(&labellings[hash]!, series, through: newest)
        }
        return changes
    }

    private func update(
        _ labelling: inout Labelling, _ series: [Candle], through newest: Int64
    ) -> [Change] {
        var changes: [Change] = []
        let timeout = Int64(labelling.configuration.timeoutMinutes) * 60_000
        // First what revised and late minutes change among the candles labelled before.
        if let through = labelling.through {
            let touched = labelling.touched.filter { $0 > through - Self.window && $0 <= through }
            var stamps = touched.sorted()[...]
            let known = series.filter { $0.time <= through }
            for index in known.indices where known[index].time >= labelling.startsAt {
                let entry = known[index].time
                // The first touched minute that can be an input.
                while let stamp = stamps.first, stamp < entry { stamps.removeFirst() }
                guard let first = stamps.first else { break }
                let old = labelling.labels[entry]
                // Without a label it is open, or has come just now. What came late before the window
                // is no entry.
                guard first <= old?.decidedAt ?? .max,
                    old != nil || touched.contains(entry) || entry + timeout > through
                else { continue }
                let new = Self.label(known, index, labelling.configuration, timeframe)
                labelling.labels[entry] = new
                switch (old, new) {
                case (nil, let new?): changes.append(.closed(new))
                case (let old?, nil): changes.append(.retracted(old))
                case (let old?, let new?) where old != new:
                    changes.append(.revised(new, previous: old))
                default: break
                }
            }
        }
        // Then what the new candles close.
        for index in series.indices where series[index].time >= labelling.startsAt {
            let entry = series[index].time
            let before = labelling.through ?? .min
            let isOpen = entry > before || entry + timeout > before
            guard isOpen, labelling.labels[entry] == nil, newest > before,
                let label = Self.label(series, index, labelling.configuration, timeframe)
            else { continue }
            labelling.labels[entry] = label
            changes.append(.closed(label))
        }
        labelling.through = max(newest, labelling.through ?? .min)
        labelling.touched = []
        return changes
    }

    /// The label of one entry by semantics.md: one loop; nil while the trade is open.
    static func label(
        _ candles: [Candle], _ index: Int, _ configuration: LabelingConfiguration,
        _ timeframe: Timeframe
    ) -> Label? {
        let entry = candles[index]
        let takeProfit = entry.close * (1 + configuration.takeProfitBps / 10_000)
        let stopLoss = entry.close * (1 - configuration.stopLossBps / 10_000)
        let deadline = entry.time + Int64(configuration.timeoutMinutes) * 60_000
        for later in candles.indices[(index + 1)...] {
            let candle = candles[later]
            let exit: (time: Int64, price: Double, reason: ExitReason)
            if candle.time >= deadline {
                exit = (deadline, candle.close, .timeout)
            } else if candle.high >= takeProfit {
                exit = (candle.time, takeProfit, .takeProfit)
            } else if candle.low <= stopLoss {
                exit = (candle.time, stopLoss, .stopLoss)
            } else {
                continue
            }
            let gross = ((exit.price / entry.close) - 1) * 10_000
            let costs = costs(entry, exit.time, configuration)
            let net = gross - costs
            var flags: LabelFlags = []
            if net > configuration.costThresholdBps, net > configuration.minPnlBps {
                flags.insert(.meta)
            }
            if exit.reason == .takeProfit, candle.low <= stopLoss { flags.insert(.ambiguous) }
            let minutes = (candle.time - entry.time) / timeframe.milliseconds
            if Int64(later - index) != minutes { flags.insert(.crossesGap) }
            return Label(
                entryTime: entry.time, entryPrice: entry.close, exitTime: exit.time,
                exitPrice: exit.price, decidedAt: candle.time, grossBps: gross, costsBps: costs,
                netBps: net, reason: exit.reason, flags: flags)
        }
        return nil
    }

    private static func costs(
        _ entry: Candle, _ exit: Int64, _ configuration: LabelingConfiguration
    ) -> Double {
        let duration = Double(exit - entry.time) / 60_000
        let maker = duration > configuration.makerAfterMinutes
        func fee(_ time: Int64) -> Double {
            configuration.fees.fee(exchange: configuration.exchange, at: time, maker: maker)
        }
        let spread = maker ? configuration.spreadBps / 2 : configuration.spreadBps
        let volatility = ((entry.high / entry.low) - 1) * 10_000
        let impact: Double =
            if configuration.positionSize < 10_000 {
                0.5
            } else if entry.volume == 0 {
                2
            } else {
                min(10 * (configuration.positionSize / (entry.volume * 100)).squareRoot(), 5)
            }
        let slippage = volatility * configuration.slippageMultiplier + impact
        return ((fee(entry.time) + fee(exit)) + spread + slippage) * configuration.buffer
    }
}
