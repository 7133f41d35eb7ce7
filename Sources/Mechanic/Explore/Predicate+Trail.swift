internal import Digest
internal import DriftStatistics
internal import EventFormat
internal import EventStorage
internal import Labeling
internal import Market
internal import Projections

extension Predicate {
    /// An event that may change the answer, and the answer after it.
    struct Turn {
        let position: GlobalPosition
        let answer: Answer
    }

    /// Every event after a position and up to another that may change the answer, in the order of the
    /// log; nil for a predicate that counts rows, which nearly every event changes.
    ///
    /// What it is about is in few events: reading all of them names the first that makes it true, even
    /// where it comes and goes, and costs less than a few states.
    ///
    /// - Complexity: O(events of the stream in between), or of a day for a label.
    func trail(
        _ question: Question, _ view: borrowing StoreView, after first: GlobalPosition,
        through last: GlobalPosition
    ) throws -> [Turn]? {
        switch statement {
        case .isPaused, .number(.alerts, _, _):
            return try operationsTrail(question.market, view, after: first, through: last)
        case .number: return nil
        case .severity, .label, .labelNumber, .exitReason: break
        }
        guard let labelling = question.labelling else { return [] }
        if let entry {
            return try labelTrail(entry, labelling, question, view, through: last)
                .filter { $0.position > first }
        }
        if case .severity(.level, _, _) = statement {
            return try OperationsLog.decisions(
                view, market: question.market, labels: labelling.hash, after: first, through: last
            ).map { Turn(position: $0.position, answer: answer($0.value.level)) }
        }
        return try DriftLog.checks(
            view, market: question.market, labels: labelling.hash, after: first, through: last
        ).map { Turn(position: $0.position, answer: answer($0.value.severity)) }
    }

    private func operationsTrail(
        _ market: MarketID, _ view: borrowing StoreView, after first: GlobalPosition,
        through last: GlobalPosition
    ) throws -> [Turn] {
        var operations = try MarketState.outline(view, market: market, through: first).operations
        return try OperationsLog.changes(
            view, market: market, after: first, through: last
        ).map { entry in
            do throws(FormatError) {
                switch entry.value {
                case .decided(let decision): operations.apply(decision)
                case .raised(let alert): try operations.apply(alert)
                case .resolved(let alert): try operations.apply(alert)
                case .resumed(let resumed): try operations.apply(resumed)
                case .acknowledged, .delivered: break
                }
            } catch {
                throw EventStoreError(
                    .corrupted,
                    "position \(entry.position): \(error); run `mechanic-replay verify`",
                    position: entry.position)
            }
            return Turn(position: entry.position, answer: answer(operations))
        }
    }

    private func labelTrail(
        _ entry: Int64, _ labelling: LabelState, _ question: Question,
        _ view: borrowing StoreView, through last: GlobalPosition
    ) throws -> [Turn] {
        let day = UTCDay(of: entry).number
        let stream = MarketStream.labels(question.market, hash: labelling.hash)
        var turns: [Turn] = []
        try History.forEachEvent(view, of: stream, days: day...day, through: last) { event in
            let position = event.frame.position
            for change in try LabelEvents.rows(event).changes where change.entry == entry {
                turns.append(Turn(position: position, answer: answer(change.label)))
            }
        }
        return turns
    }
}
