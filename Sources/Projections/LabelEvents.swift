public import Digest
public import EventFormat
public import Labeling

/// One row of `labels.revised`.
public struct LabelRevision: Equatable, Sendable {
    /// The label as it is now.
    public var label: Label
    /// The label as it was.
    public var previous: Label

    /// A revision.
    public init(label: Label, previous: Label) {
        self.label = label
        self.previous = previous
    }
}

/// Labels as payloads and back.
public enum LabelEvents {
    /// `labels.closed` events of labels in entry order, one for each UTC day of entries.
    public static func closed(_ labels: [Label], configuration: Hash256) -> [EventData] {
        columns(labels, type: .labelsClosed, configuration: configuration)
    }

    /// `labels.retracted` events of the labels withdrawn, in entry order.
    public static func retracted(_ labels: [Label], configuration: Hash256) -> [EventData] {
        columns(labels, type: .labelsRetracted, configuration: configuration)
    }

    /// `labels.revised` events of revisions in entry order.
    public static func revised(
        _ revisions: [LabelRevision], configuration: Hash256
    ) -> [EventData] {
        byDay(revisions, stamp: \.label.entryTime).map { day, rows in
            EventData(
                type: .labelsRevised,
                payload: ColumnPayload.encode(
                    layout: .labelRevisions, dayStart: day, configuration: configuration,
                    rows: rows.count,
                    word: { column, row in
                        let revision = rows[rows.startIndex + row]
                        return column < 8
                            ? word(revision.label, column) : word(revision.previous, column - 7)
                    },
                    byte: { column, row in
                        let revision = rows[rows.startIndex + row]
                        return column < 2
                            ? byte(revision.label, column) : byte(revision.previous, column - 2)
                    }))
        }
    }

    private static func columns(
        _ labels: [Label], type: EventType, configuration: Hash256
    ) -> [EventData] {
        byDay(labels, stamp: \.entryTime).map { day, rows in
            EventData(
                type: type,
                payload: ColumnPayload.encode(
                    layout: .labels, dayStart: day, configuration: configuration, rows: rows.count,
                    word: { column, row in word(rows[rows.startIndex + row], column) },
                    byte: { column, row in byte(rows[rows.startIndex + row], column) }))
        }
    }

    /// The label of a row of `labels.closed` or `labels.retracted`, or the new one of a revision.
    public static func label(_ columns: borrowing ColumnPayload, _ row: Int) throws -> Label {
        try label(columns, row, word: 1, byte: 0)
    }

    /// A row of `labels.revised`.
    public static func revision(
        _ columns: borrowing ColumnPayload, _ row: Int
    ) throws -> LabelRevision {
        LabelRevision(
            label: try label(columns, row, word: 1, byte: 0),
            previous: try label(columns, row, word: 8, byte: 2))
    }

    private static func label(
        _ columns: borrowing ColumnPayload, _ row: Int, word: Int, byte: Int
    ) throws -> Label {
        let flags = columns.byte(byte + 1, row)
        guard let reason = ExitReason(rawValue: columns.byte(byte, row)),
            flags & ~LabelFlags.all.rawValue == 0
        else { throw FormatError("row \(row) of labels has an unknown reason or flag") }
        return Label(
            entryTime: columns.integer(0, row), entryPrice: columns.number(word, row),
            exitTime: columns.integer(word + 1, row), exitPrice: columns.number(word + 2, row),
            decidedAt: columns.integer(word + 3, row), grossBps: columns.number(word + 4, row),
            costsBps: columns.number(word + 5, row), netBps: columns.number(word + 6, row),
            reason: reason, flags: LabelFlags(rawValue: flags))
    }

    private static func word(_ label: Label, _ column: Int) -> UInt64 {
        switch column {
        case 0: UInt64(bitPattern: label.entryTime)
        case 1: label.entryPrice.bitPattern
        case 2: UInt64(bitPattern: label.exitTime)
        case 3: label.exitPrice.bitPattern
        case 4: UInt64(bitPattern: label.decidedAt)
        case 5: label.grossBps.bitPattern
        case 6: label.costsBps.bitPattern
        default: label.netBps.bitPattern
        }
    }

    private static func byte(_ label: Label, _ column: Int) -> UInt8 {
        column == 0 ? label.reason.rawValue : label.flags.rawValue
    }
}

extension LabelEvents {
    /// The rows of one event as changes, and the labelling they belong to.
    public static func rows(
        _ event: borrowing EventView
    ) throws -> (configuration: Hash256, changes: [LabelChange]) {
        let layout: ColumnLayout = event.currentType == .labelsRevised ? .labelRevisions : .labels
        let columns = try event.columns(layout)
        var changes: [LabelChange] = []
        // Which columns there are follows from the type: those of another one are not looked for.
        for row in 0..<columns.rows {
            switch event.currentType {
            case .labelsClosed: changes.append(.closed(try label(columns, row)))
            case .labelsRetracted: changes.append(.retracted(try label(columns, row)))
            case .labelsRevised: changes.append(.revised(try revision(columns, row)))
            default: throw FormatError("the event is none of labels")
            }
        }
        return (columns.configuration, changes)
    }
}

/// What one row of an event does to a label.
public enum LabelChange: Sendable {
    /// The trade closed.
    case closed(Label)
    /// The label became another one.
    case revised(LabelRevision)
    /// The trade is open again.
    case retracted(Label)
}

extension LabelFlags {
    /// Every flag that this version knows.
    static let all: LabelFlags = [.meta, .ambiguous, .crossesGap]
}
