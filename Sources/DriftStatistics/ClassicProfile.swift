/// The four classic tests: distribution of returns, level of closes, profitable labels, costs.
///
/// Known to cry wolf: a price level that moves is no change of the market, and the p-value takes
/// returns for independent. A test without enough data is never taken for one without drift.
public struct ClassicProfile: DriftProfile {
    /// The limits.
    public let thresholds: DriftThresholds

    /// The profile with some limits.
    public init(thresholds: DriftThresholds = .standard) { self.thresholds = thresholds }

    /// `classic`.
    public var name: String { "classic" }

    /// The tests of returns, closes, labels and costs.
    ///
    /// - Complexity: that of ``KolmogorovSmirnov`` and O(current closes).
    public func verdict(
        of current: DriftWindow, against reference: DriftReference
    ) -> DriftVerdict {
        let prices = PriceComparison(
            of: current, against: reference, minimumRows: thresholds.minimumRows)
        return verdict(of: prices, labels: current.labels, against: reference.labels)
    }

    /// The tests of prices that are compared already, of labels and costs.
    ///
    /// - Complexity: O(1).
    public func verdict(
        of prices: PriceComparison, labels current: LabelTally, against reference: LabelTally
    ) -> DriftVerdict {
        DriftVerdict(
            tests: [
                returns(prices), closes(prices), labels(current, reference),
                costs(current, reference),
            ], stability: prices.stability, bins: prices.bins)
    }

    private func returns(_ prices: PriceComparison) -> DriftTest {
        let (current, reference) = (prices.current, prices.reference)
        var insufficiency = insufficiency(
            [current.returns, reference.returns], thresholds.minimumRows)
        if insufficiency == nil, prices.hasConstantReturns { insufficiency = .constant }
        let result = insufficiency == nil ? prices.smirnov : nil
        return DriftTest(
            kind: .ks, isDrifted: result.map { $0.pValue < thresholds.ksAlpha } ?? false,
            insufficiency: insufficiency, statistic: result?.statistic, pValue: result?.pValue,
            threshold: thresholds.ksAlpha,
            current: DriftTest.Side(
                count: current.returns ?? 0, effectiveCount: current.effectiveReturns),
            reference: DriftTest.Side(
                count: reference.returns ?? 0, effectiveCount: reference.effectiveReturns))
    }

    /// Closes that left the reference's range come first: a price that jumped and froze drifted.
    private func closes(_ prices: PriceComparison) -> DriftTest {
        let counts = [prices.current.closes, prices.reference.closes]
        var insufficiency = insufficiency(counts, thresholds.minimumRows)
        var isDrifted = false
        var score: Double?
        if insufficiency == nil, let stability = prices.stability {
            let hasLeft = stability.outsideShare > thresholds.outsideShare
            if prices.hasConstantCloses && !hasLeft {
                insufficiency = .constant
            } else {
                score = stability.score
                isDrifted = hasLeft || score.map { $0 > thresholds.psi } ?? false
            }
        }
        return DriftTest(
            kind: .psi, isDrifted: isDrifted, insufficiency: insufficiency, statistic: score,
            threshold: thresholds.psi,
            current: DriftTest.Side(count: counts[0] ?? 0, effectiveCount: nil),
            reference: DriftTest.Side(count: counts[1] ?? 0, effectiveCount: nil))
    }

    private func labels(_ current: LabelTally, _ reference: LabelTally) -> DriftTest {
        let insufficiency = insufficiency(
            [current.count, reference.count], thresholds.minimumLabels)
        let shares = (current.profitableShare, reference.profitableShare)
        var difference: Double?
        if insufficiency == nil, case (let own?, let other?) = shares {
            difference = abs(own - other)
        }
        return DriftTest(
            kind: .labels, isDrifted: difference.map { $0 > thresholds.labelShare } ?? false,
            insufficiency: insufficiency, statistic: difference, threshold: thresholds.labelShare,
            current: side(current, shares.0), reference: side(reference, shares.1))
    }

    private func costs(_ current: LabelTally, _ reference: LabelTally) -> DriftTest {
        let means = (finite(current.meanCostBps), finite(reference.meanCostBps))
        let areNumbers = current.costSum.isFinite && reference.costSum.isFinite
        var insufficiency = insufficiency(
            [areNumbers ? current.count : nil, reference.count], thresholds.minimumLabels)
        var ratio: Double?
        if insufficiency == nil, case (let own?, let other?) = means {
            if other > 0 {
                // Beside a mean of next to nothing the quotient may overflow.
                ratio = min(abs(own - other) / other, .greatestFiniteMagnitude)
            } else {
                insufficiency = .referenceCost
            }
        }
        return DriftTest(
            kind: .costs, isDrifted: ratio.map { $0 > thresholds.costRatio } ?? false,
            insufficiency: insufficiency, statistic: ratio, threshold: thresholds.costRatio,
            current: side(current, means.0), reference: side(reference, means.1))
    }

    private func side(_ tally: LabelTally, _ value: Double?) -> DriftTest.Side {
        DriftTest.Side(count: tally.count, effectiveCount: tally.effectiveCount, value: value)
    }

    private func finite(_ value: Double?) -> Double? {
        value.flatMap { $0.isFinite ? $0 : nil }
    }

    /// What keeps a test from being evaluated; a count is nil where a value is no number.
    private func insufficiency(_ counts: [Int?], _ minimum: Int) -> DriftTest.Insufficiency? {
        let known = counts.compactMap { $0 }
        if known.count < counts.count { return .notANumber }
        if known.contains(0) { return .empty }
        return known.contains { $0 < minimum } ? .short : nil
    }
}
