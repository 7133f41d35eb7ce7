internal import DriftStatistics
internal import Market
internal import Projections
internal import SystemIO

/// The prices of every check of a plan, compared once for all configurations that share it.
enum PriceBoard {
    /// Fewer checks than this are not worth sorting anew at their start instead of sliding on.
    private static let leastChunk = 50

    /// The checks that a thread takes at a time: few enough that threads end together.
    static func chunks(of plan: CheckPlan, threads: Int) -> [Range<Int>] {
        let chunk = max(leastChunk, plan.steps.count / (threads * 3) + 1)
        return stride(from: 0, to: plan.steps.count, by: chunk).map {
            $0..<min($0 + chunk, plan.steps.count)
        }
    }

    /// Compares the prices of some checks.
    ///
    /// - Parameter minimumRows: the least that any of the configurations asks for.
    /// - Complexity: O(candles of both periods) for each check.
    static func comparisons(
        _ steps: ArraySlice<CheckPlan.Step>, _ candles: DayGrid<Candle>, minimumRows: Int
    ) -> [PriceComparison] {
        var current: PeriodSample?
        var reference: PeriodSample?
        return steps.map { step in
            slide(&current, to: step.current.range, candles)
            if step.isApart { slide(&reference, to: step.reference.range, candles) }
            let window = DriftWindow(
                returns: current?.returns, closes: current?.closes?.values ?? [.nan],
                labels: LabelTally(), effectiveReturns: 0)
            let other =
                step.isApart
                ? DriftReference(
                    returns: reference?.returns, closes: reference?.closes, labels: LabelTally(),
                    effectiveReturns: 0) : .empty
            return PriceComparison(of: window, against: other, minimumRows: minimumRows)
        }
    }

    private static func slide(
        _ sample: inout PeriodSample?, to range: Range<Int64>, _ candles: DayGrid<Candle>
    ) {
        if sample == nil {
            sample = PeriodSample(range, of: candles, withCloses: true)
        } else {
            sample?.slide(to: range, of: candles, cutoff: nil)
        }
    }
}
