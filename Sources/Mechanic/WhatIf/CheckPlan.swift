internal import DriftStatistics
internal import EventFormat
internal import Market
internal import Projections

/// When a policy checks a history, and what it compares: settled by candles and by what is recorded;
/// only where the first baseline with labels enough shall stay, by labels too.
struct CheckPlan: Equatable, Sendable {
    /// The leaves that a plan depends on, and for a baseline that stays on labels too: configurations
    /// that agree in them share one.
    struct Key: Hashable, Sendable {
        let checkHours: Int
        let checkRows: Int
        let currentDays: Int
        let baselineDays: Int
        let baseline: DriftPolicy.Baseline

        init(_ policy: DriftPolicy) {
            checkHours = policy.checkHours
            checkRows = policy.checkRows
            currentDays = policy.currentDays
            baselineDays = policy.baselineDays
            baseline = policy.baseline
        }

        /// Whether checks are due at the same moments.
        func hasSchedule(of other: Key) -> Bool {
            checkHours == other.checkHours && checkRows == other.checkRows
                && currentDays == other.currentDays && baselineDays == other.baselineDays
        }
    }

    /// One check.
    struct Step: Equatable, Sendable {
        /// The recorded event that stands for the moment.
        let position: GlobalPosition
        /// The current window.
        let current: LabelSeries.Window
        /// The baseline.
        let reference: LabelSeries.Window
        /// Whether somebody had set the baseline.
        let isPinned: Bool

        /// Whether there is a comparison: a baseline may come to overlap where windows grow.
        var isApart: Bool { !reference.range.overlaps(current.range) }
        var end: Int64 { current.range.upperBound }
    }

    /// The checks in order.
    private(set) var steps: [Step] = []
    /// Whether they are those of the policy's own schedule, not those of the record.
    private(set) var hasOwnSchedule = false

    private struct Baseline: Equatable {
        var window: LabelSeries.Window
        var cause: BaselineRecord.Cause
        var isPinned: Bool
    }

    /// The newest baseline that a store would have recorded.
    private var baseline: Baseline?
    private var pins: ArraySlice<RecordedDrift.Pin>

    /// Equal where the same is compared at the same moments.
    static func == (left: CheckPlan, right: CheckPlan) -> Bool {
        left.hasOwnSchedule == right.hasOwnSchedule && left.steps == right.steps
    }

    /// The plan of a policy.
    ///
    /// Checks are made where the recorded ones were, if one configuration made them all and the policy has
    /// its schedule; else at those ends of recorded updates at which its own would have been due.
    /// Baselines that somebody set, and their release, are taken as recorded.
    ///
    /// - Parameters:
    ///   - labels: asked for only where a baseline stays.
    ///   - ends: checks that end behind them are left out.
    /// - Complexity: O(checks, or updates) searches for candles.
    init(
        _ policy: DriftPolicy, _ record: RecordedDrift,
        _ candles: DayGrid<Candle>, _ labels: LabelSeries?, through ends: Int64
    ) {
        pins = record.pins[...]
        let isRecorded = record.hasSchedule(of: Key(policy))
        hasOwnSchedule = !isRecorded
        guard !isRecorded else {
            for check in record.checks where check.value.end <= ends {
                add(policy, check.position, end: check.value.end, candles, labels)
            }
            return
        }
        var last: (end: Int64, from: Int64, version: UInt64, pin: Int?)?
        for update in record.updates where update.end <= ends {
            takePins(before: update.position)
            let pin = baseline?.isPinned == true ? pins.startIndex : nil
            let isDue =
                last.map {
                    $0.pin != pin
                        || UTCTime.floor(update.end, policy.checkInterval)
                            > UTCTime.floor($0.end, policy.checkInterval)
                        || record.revisedRows(
                            from: $0.from, after: $0.version, through: update.candlesVersion)
                            >= policy.checkRows
                } ?? true
            guard isDue else { continue }
            add(policy, update.position, end: update.end, candles, labels)
            guard let step = steps.last else { continue }
            let first = min(step.reference.range.lowerBound, step.current.range.lowerBound)
            last = (update.end, first, update.candlesVersion, pin)
        }
    }

    private mutating func takePins(before position: GlobalPosition) {
        while let pin = pins.first, pin.position < position {
            if let window = pin.baseline {
                baseline = Baseline(window: window, cause: .set, isPinned: true)
            } else {
                baseline?.isPinned = false
            }
            pins = pins.dropFirst()
        }
    }

    private mutating func add(
        _ policy: DriftPolicy, _ position: GlobalPosition, end: Int64,
        _ candles: DayGrid<Candle>, _ labels: LabelSeries?
    ) {
        takePins(before: position)
        let periods = policy.periods(endingAt: end)
        var reference = LabelSeries.Window(range: periods.reference, knownBy: end)
        let isKept = baseline.map {
            $0.isPinned || (policy.baseline == .fixed && $0.cause == .fixed)
        }
        if let baseline, isKept == true {
            reference = baseline.window
        } else {
            move(policy, to: reference, candles, labels)
        }
        steps.append(
            Step(
                position: position,
                current: LabelSeries.Window(range: periods.current, knownBy: end),
                reference: reference, isPinned: baseline?.isPinned ?? false))
    }
}

extension CheckPlan {
    /// A store that finds a candle in the period before the current window records it as the baseline.
    private mutating func move(
        _ policy: DriftPolicy, to window: LabelSeries.Window, _ candles: DayGrid<Candle>,
        _ labels: LabelSeries?
    ) {
        guard policy.baseline == .fixed else {
            guard candles.holdsRow(in: window.range) else { return }
            baseline = Baseline(window: window, cause: .rolling, isPinned: false)
            return
        }
        var closes = 0
        candles.forEach(from: window.range.lowerBound, through: window.range.upperBound - 1) { _ in
            closes += 1
        }
        guard closes > 0 else { return }
        let cause = policy.cause(of: window.range, candles, closes: closes) {
            labels?.tallies([window], policy.labels).first?.count ?? 0
        }
        baseline = Baseline(window: window, cause: cause, isPinned: false)
    }
}

extension DayGrid {
    /// Whether a range of stamps holds a row.
    ///
    /// - Complexity: O(rows of the range).
    fileprivate func holdsRow(in range: Range<Int64>) -> Bool {
        // Whole days between two others need no look at their rows.
        let day = UTCDay.milliseconds
        if range.upperBound - range.lowerBound > 3 * day,
            rowsOfDays(from: range.lowerBound + day, through: range.upperBound - 1 - day) > 0
        {
            return true
        }
        var holds = false
        forEach(from: range.lowerBound, through: range.upperBound - 1) { _ in holds = true }
        return holds
    }
}
