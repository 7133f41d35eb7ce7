internal import Digest
internal import EventFormat
internal import Labeling
internal import Market

/// A label that is not what the candles known at its position give.
struct LookaheadDoubt: Sendable {
    let position: GlobalPosition
    let entry: Int64
    /// The newest candle that was labelled.
    let through: Int64
    let recorded: Label?
    let expected: Label?
    /// The first field that differs; nil where there is only one of the two labels.
    let field: LabelField?

    init(
        position: GlobalPosition, entry: Int64, through: Int64, recorded: Label?,
        expected: Label?, interval: Int64
    ) {
        self.position = position
        self.entry = entry
        self.through = through
        self.recorded = recorded
        self.expected = expected
        // The decision says most: with another deciding candle all other fields differ too.
        let order = LabelField.allCases.filter { $0.knowledge == .entry } + [.knownAt]
        field =
            if let recorded, let expected {
                (order + LabelField.allCases).first {
                    $0.value(of: recorded, interval: interval)
                        != $0.value(of: expected, interval: interval)
                }
            } else if recorded != nil {
                .knownAt
            } else {
                nil
            }
    }

    /// What is wrong, to follow the words "the label of (entry)".
    func text(_ series: CandleSeries, interval: Int64) -> String {
        let newest = "the newest candle labelled, of \(UTCTime.text(milliseconds: through))"
        guard let recorded else {
            let decided = expected?.decidedAt ?? through
            return "is missing: the trade is left open, though the candle of "
                + "\(UTCTime.text(milliseconds: decided)) decided it "
                + "(known at \(UTCTime.text(milliseconds: decided &+ interval)))"
        }
        let decided = UTCTime.text(milliseconds: recorded.decidedAt)
        guard let expected else {
            if series.index(of: entry) == nil {
                return "was recorded without its entry candle"
            }
            if recorded.decidedAt > through || series.index(of: recorded.decidedAt) == nil {
                return "was recorded before its deciding candle, of \(decided); \(newest), leaves "
                    + "the trade open"
            }
            let what = recorded.reason == .timeout ? "an invented timeout" : "closed too early"
            return "is \(what): no candle through \(newest), decides it"
        }
        guard let field else { return "differs from the label that the candles give" }
        let known = field.knownAt(of: expected, interval: interval)
        return "has \(field.rawValue) \(Self.text(field.value(of: recorded, interval: interval))); "
            + "the candles known at \(UTCTime.text(milliseconds: known)) give "
            + Self.text(field.value(of: expected, interval: interval))
    }

    private static func text(_ value: LabelField.Value) -> String {
        switch value {
        case .time(let time): UTCTime.text(milliseconds: time)
        case .number(let number): "\(number)"
        case .text(let text): text
        case .flag(let flag): flag ? "1" : "0"
        }
    }
}

/// A label found wrong, until the candle that it had used too early is recorded.
struct LookaheadSuspicion: Sendable {
    /// Its finding's index.
    let finding: Int
    let labelling: Hash256
    let label: Label
    let field: LabelField?
    /// Whether the deciding candle was known.
    let isDecided: Bool

    /// Which of the candles just recorded the label had used; nil if none of them is.
    func explanation(
        _ rows: [Candle], at position: GlobalPosition, _ series: CandleSeries,
        _ rules: LabelRules, interval: Int64
    ) -> String? {
        guard label.entryTime <= label.decidedAt,
            let used = rows.last(where: {
                ($0.time >= label.entryTime) && ($0.time <= label.decidedAt)
            }), let entry = series.index(of: label.entryTime)
        else { return nil }
        let given = series.label(of: entry, through: label.decidedAt, rules)
        let isSame = given.map { given in
            field.map {
                $0.value(of: given, interval: interval) == $0.value(of: label, interval: interval)
            } ?? (given == label)
        }
        let candle = UTCTime.text(milliseconds: used.time)
        if isSame == true {
            return "; it used the candle of \(candle) as recorded at position \(position)"
        }
        guard !isDecided, used.time == label.decidedAt else { return nil }
        return "; the candle of \(candle) was recorded at position \(position), with other values"
    }
}
