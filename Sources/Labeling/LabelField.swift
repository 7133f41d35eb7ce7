/// A field of an exported label, and when its value can be known.
///
/// A row joined to features before that moment leaks the future into them. `verify --lookahead` holds
/// recorded labels against this table.
public enum LabelField: String, CaseIterable, Sendable {
    /// Open stamp of the entry candle.
    case entryTime = "entry_time"
    /// When the entry candle closes: the moment of the entry.
    case entryCloseTime = "entry_close_time"
    /// Close of the entry candle, quote currency.
    case entryPrice = "entry_price"
    /// When the trade ended.
    case exitTime = "exit_time"
    /// The barrier, or at a timeout the deciding candle's close, quote currency.
    case exitPrice = "exit_price"
    /// Which barrier ended the trade.
    case exitReason = "exit_reason"
    /// Result before costs, basis points.
    case grossBps = "pnl_gross_bps"
    /// Costs of entry and exit together, basis points.
    case costsBps = "costs_bps"
    /// Result after costs, basis points.
    case netBps = "pnl_net_bps"
    /// Whether the trade was worth taking.
    case metaLabel = "meta_label"
    /// When the deciding candle closes.
    case knownAt = "known_at"
    /// Whether the deciding candle touched both barriers.
    case ambiguous = "ambiguous"
    /// Whether a candle between entry and decision is missing.
    case crossesGap = "crosses_gap"

    /// The candle at whose close a value is known.
    public enum Knowledge: String, Sendable {
        /// The entry candle.
        case entry
        /// The candle that decided the trade.
        case decision
    }

    /// The candle at whose close the value is known, and not before: costs depend on how long the
    /// trade was held, so that they too wait for the decision.
    public var knowledge: Knowledge {
        switch self {
        case .entryTime, .entryCloseTime, .entryPrice: .entry
        default: .decision
        }
    }

    /// When the value of a label's field is known, milliseconds UTC. A forged label may name any
    /// stamp: sums wrap and do not trap.
    ///
    /// - Parameter interval: the length of a candle, in milliseconds.
    public func knownAt(of label: Label, interval: Int64) -> Int64 {
        switch knowledge {
        case .entry: label.entryTime &+ interval
        case .decision: label.decidedAt &+ interval
        }
    }

    /// A value as an export writes it.
    public enum Value: Sendable {
        /// Milliseconds UTC.
        case time(Int64)
        /// A price or basis points.
        case number(Double)
        /// A word.
        case text(String)
        /// 1 or 0.
        case flag(Bool)
    }

    /// The value of a label's field.
    ///
    /// - Parameter interval: the length of a candle, in milliseconds.
    public func value(of label: Label, interval: Int64) -> Value {
        switch self {
        case .entryTime: .time(label.entryTime)
        case .entryCloseTime: .time(label.entryTime &+ interval)
        case .entryPrice: .number(label.entryPrice)
        case .exitTime: .time(label.exitTime)
        case .exitPrice: .number(label.exitPrice)
        case .exitReason: .text(label.reason.name)
        case .grossBps: .number(label.grossBps)
        case .costsBps: .number(label.costsBps)
        case .netBps: .number(label.netBps)
        case .metaLabel: .flag(label.isMeta)
        case .knownAt: .time(label.decidedAt &+ interval)
        case .ambiguous: .flag(label.flags.contains(.ambiguous))
        case .crossesGap: .flag(label.flags.contains(.crossesGap))
        }
    }
}

extension LabelField.Value: Equatable {
    /// Numbers are equal where their bits are.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.time(let one), .time(let other)): one == other
        case (.number(let one), .number(let other)): one.bitPattern == other.bitPattern
        case (.text(let one), .text(let other)): one == other
        case (.flag(let one), .flag(let other)): one == other
        default: false
        }
    }
}
