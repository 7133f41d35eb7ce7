internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Projections

extension Predicate {
    /// What a predicate is asked of.
    struct Question {
        let market: MarketID
        /// The labelling that its words about labels, drift and level are about; nil where there is
        /// none.
        let labelling: LabelState?
    }

    /// What a predicate found.
    struct Answer: Equatable {
        let holds: Bool
        /// The value that was compared, as people read it.
        let value: String

        init(_ holds: Bool, _ value: String) {
            self.holds = holds
            self.value = value
        }
    }

    /// Asks for the state after the event at a position.
    ///
    /// A value that is not there (no check yet, no label) is nothing that compares: the predicate does
    /// not hold.
    ///
    /// - Complexity: that of an outline, or of a state with the rows of its window where rows are counted;
    ///   O(events of a day) for a label.
    func answer(
        _ question: Question, _ view: borrowing StoreView, through position: GlobalPosition
    ) throws -> Answer {
        if let entry {
            return answer(try Self.label(entry, question, view, through: position))
        }
        let state =
            needsRows
            ? try MarketState.load(view, market: question.market, through: position)
            : try MarketState.outline(view, market: question.market, through: position)
        let hash = question.labelling?.hash
        switch statement {
        case .isPaused, .number(.alerts, _, _): return answer(state.operations)
        case .severity(.level, _, _):
            return answer(hash.flatMap { state.operations[$0]?.level })
        case .severity: return answer(hash.flatMap { state.drift[$0]?.severity })
        case .number(let subject, _, _): return answer(number(subject, state, hash))
        case .label, .labelNumber, .exitReason: preconditionFailure("labels are looked up")
        }
    }

    /// Whether rows of the window are counted.
    private var needsRows: Bool {
        guard case .number(let subject, _, _) = statement else { return false }
        return subject != .alerts
    }

    func answer(_ operations: Operations) -> Answer {
        guard case .isPaused = statement else { return answer(Double(operations.alerts.count)) }
        return Answer(operations.isPaused, operations.isPaused ? "paused" : "not paused")
    }

    func answer(_ severity: DriftSeverity?) -> Answer {
        guard let severity, case .severity(_, let comparison, let limit) = statement else {
            return Answer(false, "none yet")
        }
        return Answer(comparison.holds(severity, limit), severity.rawValue)
    }

    private func answer(_ number: Double?) -> Answer {
        guard let number, case .number(_, let comparison, let limit) = statement else {
            return Answer(false, "none yet")
        }
        return Answer(comparison.holds(number, limit), Self.text(number))
    }

    private func number(_ subject: Subject, _ state: MarketState, _ hash: Hash256?) -> Double? {
        if subject == .candles { return Double(state.window.candles.count) }
        guard let hash, let index = state.labelling(hash) else { return nil }
        let labelling = state.labellings[index]
        switch subject {
        case .open: return Double(labelling.openEntries(state.window).count)
        case .closed: return Double(labelling.labels.count)
        default:
            guard labelling.labels.count > 0 else { return nil }
            var meta = 0
            labelling.labels.forEach { if $0.isMeta { meta += 1 } }
            return Double(meta) / Double(labelling.labels.count)
        }
    }

    private static func label(
        _ entry: Int64, _ question: Question, _ view: borrowing StoreView,
        through position: GlobalPosition
    ) throws -> Label? {
        guard let labelling = question.labelling else { return nil }
        let day = UTCDay(of: entry).number
        let labels = try History.labels(
            view, market: question.market, labelling: labelling, days: day...day,
            through: position)
        return labels[entry]
    }

    func answer(_ label: Label?) -> Answer {
        guard let label else { return Answer(false, "no label") }
        switch statement {
        case .exitReason(_, let comparison, let reason):
            return Answer(
                (label.reason == reason) == (comparison == .equal), label.reason.name)
        case .labelNumber(_, let field, let comparison, let limit):
            let value =
                switch field {
                case .ambiguous: label.flags.contains(.ambiguous) ? 1.0 : 0
                case .costs: label.costsBps
                case .exitPrice: label.exitPrice
                case .gross: label.grossBps
                case .meta: label.isMeta ? 1.0 : 0
                case .net, .exitReason: label.netBps
                }
            return Answer(comparison.holds(value, limit), Self.text(value))
        default: return Answer(true, label.reason.name)
        }
    }

    /// Counts without a fraction, other numbers as they are.
    private static func text(_ number: Double) -> String {
        number == number.rounded() && number.magnitude < 1e15
            ? String(Int64(number)) : number.description
    }
}
