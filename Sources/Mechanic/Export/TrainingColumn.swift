internal import CanonicalJSON
public import Labeling
internal import Market

/// A column of a training set, in the order in which they stand.
public enum TrainingColumn: String, CaseIterable, Sendable {
    case entryTime = "entry_time_ms"
    case entryCloseTime = "entry_close_time_ms"
    case knownAt = "known_at_ms"
    case open, high, low, close, volume
    case exitTime = "exit_time_ms"
    case exitPrice = "exit_price"
    case exitReason = "exit_reason"
    case grossBps = "pnl_gross_bps"
    case costsBps = "costs_bps"
    case netBps = "pnl_net_bps"
    case metaLabel = "meta_label"
    case ambiguous
    case crossesGap = "crosses_gap"
    case weight
    case set

    /// The field of the label that it shows; nil for what is joined to it.
    public var field: LabelField? {
        switch self {
        case .entryTime: .entryTime
        case .entryCloseTime: .entryCloseTime
        case .knownAt: .knownAt
        case .exitTime: .exitTime
        case .exitPrice: .exitPrice
        case .exitReason: .exitReason
        case .grossBps: .grossBps
        case .costsBps: .costsBps
        case .netBps: .netBps
        case .metaLabel: .metaLabel
        case .ambiguous: .ambiguous
        case .crossesGap: .crossesGap
        case .open, .high, .low, .close, .volume, .weight, .set: nil
        }
    }

    /// One value, in either format.
    enum Value {
        case integer(Int64)
        case number(Double)
        case text(String)
        case none

        /// Floats in the shortest form that reads back to the same bits.
        var forCSV: String {
            switch self {
            case .integer(let value): String(value)
            case .number(let value): value.description
            case .text(let text): text
            case .none: ""
            }
        }

        var forJSON: JSONValue {
            switch self {
            case .integer(let value): .integer(value)
            case .number(let value): value.isFinite ? .number(value) : .string("\(value)")
            case .text(let text): .string(text)
            case .none: .null
            }
        }
    }

    /// Its value in a row.
    func value(of row: TrainingSet.Row, interval: Int64) -> Value {
        if let field {
            return switch field.value(of: row.label, interval: interval) {
            case .time(let time): .integer(time)
            case .number(let number): .number(number)
            case .text(let text): .text(text)
            case .flag(let flag): .integer(flag ? 1 : 0)
            }
        }
        return switch self {
        case .open: .number(row.candle.open)
        case .high: .number(row.candle.high)
        case .low: .number(row.candle.low)
        case .close: .number(row.candle.close)
        case .volume: .number(row.candle.volume)
        case .weight: row.weight.map { .number($0) } ?? .none
        default: row.role.map { .text($0.rawValue) } ?? .none
        }
    }
}

extension TrainingBasis {
    /// The columns of its training set.
    public var columns: [TrainingColumn] {
        TrainingColumn.allCases.filter { column in
            switch column {
            case .open, .high, .low, .close, .volume: features == .candle
            case .set: split != nil
            default: true
            }
        }
    }
}
