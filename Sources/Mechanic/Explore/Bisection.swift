public import EventFormat
public import EventStorage
public import Market
public import Projections

/// The first commit after which a predicate holds.
///
/// What is written in few events (severities, levels, pauses, alerts, one label) is read there, and the
/// answer is the first commit of all. Counts of rows are searched by halves, in O(log commits) states:
/// "first" means something only where they, once true, stay true between the two ends; else the answer
/// is *a* commit after which it holds and before which it does not.
public struct Bisection: Sendable {
    /// One state that was looked at.
    public struct Step: Sendable, Equatable {
        /// The end of a commit.
        public let position: GlobalPosition
        /// Whether the predicate holds there.
        public let holds: Bool
        /// The value that was compared, as people read it.
        public let value: String
    }

    /// An event of the market.
    public struct Cause: Sendable, Equatable {
        /// Its position.
        public let position: GlobalPosition
        /// Its stream.
        public let stream: StreamID
        /// Its place in it.
        public let version: StreamVersion
        /// The name of its type.
        public let type: String
    }

    /// What came out.
    public enum Outcome: Sendable, Equatable {
        /// The commit ends at `step.position`; `cause` made it true.
        case found(Step, cause: Cause)
        /// It holds at the earlier end already.
        case holdsBefore(Step)
        /// It does not hold at the later end, and if the answer is exact, nowhere before.
        case never(Step)
    }

    /// Where the search began: the end of a commit.
    public let from: GlobalPosition
    /// Where it ended.
    public let to: GlobalPosition
    /// How many states were looked at, those inside a commit that was found by halves too.
    public let steps: Int
    /// Whether every commit counted, not only those between which the search went on.
    public let isExact: Bool
    /// Whether it holds at the later end, too.
    public let holdsAtEnd: Bool
    /// What came out.
    public let outcome: Outcome

    /// Searches the commits after `from` up to `to`.
    ///
    /// - Parameters:
    ///   - labelling: what the predicate's words about labels, drift and level are about; nil where there
    ///     is none: then nothing of the kind is there.
    ///   - told: called with every state that was looked at.
    /// - Throws: `.invalidPoint` where `from` lies behind `to`; what loading a state throws.
    /// - Complexity: O(log events) states, or two and O(events) of the stream that says it.
    public static func run(
        _ predicate: Predicate, of market: MarketID, _ labelling: LabelState?,
        _ store: EventStore, from first: TimePoint, to last: TimePoint,
        told: (Step) -> Void = { _ in }
    ) throws -> Bisection {
        let (low, high) = try store.read { view in
            (try view.resolve(first), try view.resolve(last))
        }
        guard low <= high else {
            throw EventStoreError(
                .invalidPoint, "--from is position \(low), behind --to, position \(high)")
        }
        var search = Search(
            store: store, predicate: predicate,
            question: Predicate.Question(market: market, labelling: labelling))
        let outcome = try search.run(from: low, to: high, told)
        return Bisection(
            from: low, to: high, steps: search.steps, isExact: search.isExact,
            holdsAtEnd: search.holdsAtEnd, outcome: outcome)
    }

    /// A search under way.
    private struct Search {
        let store: EventStore
        let predicate: Predicate
        let question: Predicate.Question
        var steps = 0
        var isExact = false
        var holdsAtEnd = false

        /// Looks at the state after the event at a position, in a view of its own: a long search pins
        /// no pages.
        mutating func look(_ position: GlobalPosition, _ told: (Step) -> Void) throws -> Step {
            steps += 1
            let (predicate, question) = (predicate, question)
            let answer = try store.read { view in
                try predicate.answer(question, view, through: position)
            }
            let step = Step(position: position, holds: answer.holds, value: answer.value)
            told(step)
            return step
        }

        mutating func run(
            from low: GlobalPosition, to high: GlobalPosition, _ told: (Step) -> Void
        ) throws -> Outcome {
            let before = try look(low, told)
            if before.holds {
                isExact = true
                return .holdsBefore(before)
            }
            let (predicate, question) = (predicate, question)
            let trail = try store.read {
                try predicate.trail(question, $0, after: low, through: high)
            }
            if let trail { return try walk(trail, from: before, to: high, told) }
            return try halve(from: low, to: high, told)
        }

        /// The first commit of all, by the events that may make it true.
        private mutating func walk(
            _ trail: [Predicate.Turn], from before: Step, to high: GlobalPosition,
            _ told: (Step) -> Void
        ) throws -> Outcome {
            isExact = true
            holdsAtEnd = trail.last?.answer.holds ?? false
            var (value, rest) = (before.value, trail[...])
            while let turn = rest.first {
                rest = rest.dropFirst()
                // What counts is how things stand at the end of the commit.
                let end = try store.read { try $0.frame(at: turn.position).endOfCommit }
                let inside = [turn] + rest.prefix { $0.position <= end }
                rest = rest.dropFirst(inside.count - 1)
                let last = inside[inside.count - 1].answer
                let step = Step(position: end, holds: last.holds, value: last.value)
                if step.value != value || step.holds {
                    steps += 1
                    told(step)
                }
                value = step.value
                guard step.holds else { continue }
                let holding = inside.reversed().prefix { $0.answer.holds }
                let place = holding.last?.position ?? turn.position
                return .found(step, cause: try store.read { try Bisection.cause(place, $0) })
            }
            return .never(Step(position: high, holds: false, value: value))
        }

        private mutating func halve(
            from low: GlobalPosition, to high: GlobalPosition, _ told: (Step) -> Void
        ) throws -> Outcome {
            var light = try look(high, told)
            holdsAtEnd = light.holds
            guard light.holds else { return .never(light) }
            var dark = low
            while true {
                let (first, last) = (dark, light.position)
                let middle = try store.read { view in
                    try Bisection.commit(between: first, last, view)
                }
                guard let middle else { break }
                let step = try look(middle, told)
                if step.holds { light = step } else { dark = middle }
            }
            let (first, last, market) = (dark, light.position, question.market)
            let places = try store.read { view in
                try Bisection.events(of: market, after: first, through: last, view)
            }
            return .found(light, cause: try turn(in: places, told))
        }

        /// An event after which it holds and before which it does not; after the last one it does.
        private mutating func turn(in places: [Cause], _ told: (Step) -> Void) throws -> Cause {
            var (low, high) = (0, places.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if try look(places[middle].position, told).holds {
                    high = middle
                } else {
                    low = middle + 1
                }
            }
            return places[high]
        }
    }

    /// The end of a commit about halfway between two ends of commits; nil if there is none.
    ///
    /// - Complexity: O(log events).
    private static func commit(
        between low: GlobalPosition, _ high: GlobalPosition, _ view: borrowing StoreView
    ) throws -> GlobalPosition? {
        guard low < high else { return nil }
        let middle = GlobalPosition(low.number + (high.number - low.number) / 2)
        let end = try view.resolve(.position(middle))
        if end > low { return end }
        // The commit behind `low` reaches over the middle.
        let next = try view.frame(at: GlobalPosition(low.number + 1)).endOfCommit
        return next < high ? next : nil
    }

    private static func cause(
        _ place: GlobalPosition, _ view: borrowing StoreView
    ) throws -> Cause {
        guard let event = try view.event(at: place) else {
            throw EventStoreError(.corrupted, "there is no such event", position: place)
        }
        return try cause(event, at: place)
    }

    private static func cause(
        _ event: borrowing EventView, at place: GlobalPosition
    ) throws -> Cause {
        let envelope = try event.envelope()
        return Cause(
            position: place, stream: envelope.stream, version: envelope.streamVersion,
            type: event.type?.name ?? "type \(event.typeNumber)")
    }

    /// The events of a market in a stretch of the log.
    private static func events(
        of market: MarketID, after low: GlobalPosition, through high: GlobalPosition,
        _ view: borrowing StoreView
    ) throws -> [Cause] {
        var found: [Cause] = []
        try view.forEachEvent(from: GlobalPosition(low.number + 1), through: high) { place, event in
            let cause = try cause(event, at: place)
            if MarketStream(cause.stream)?.market == market { found.append(cause) }
            return true
        }
        guard !found.isEmpty else {
            throw EventStoreError(
                .corrupted,
                "the state of \(market) changed from position \(low) to \(high) without an event of it; "
                    + "run `mechanic-replay verify`", position: high)
        }
        return found
    }
}
