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
        let isFinite = current.closes.allSatisfy(\.isFinite)
        let stability = reference.bins.flatMap {
            isFinite ? PopulationStability(current.closes, $0) : nil
        }
        return DriftVerdict(
            tests: [
                returns(current, reference),
                closes(current.closes, isFinite: isFinite, reference.closes, stability),
                labels(current.labels, reference.labels),
                costs(current.labels, reference.labels),
            ], stability: stability, bins: reference.bins)
    }

    private func returns(_ current: DriftWindow, _ reference: DriftReference) -> DriftTest {
        let samples = [current.returns, reference.returns]
        var result: KolmogorovSmirnov?
        var insufficiency = insufficiency(samples.map { $0?.count }, thresholds.minimumRows)
        if insufficiency == nil, let own = current.returns, let other = reference.returns {
            if own.isConstant || other.isConstant {
                insufficiency = .constant
            } else {
                result = KolmogorovSmirnov(own, other)
            }
        }
        return DriftTest(
            kind: .ks, isDrifted: result.map { $0.pValue < thresholds.ksAlpha } ?? false,
            insufficiency: insufficiency, statistic: result?.statistic, pValue: result?.pValue,
            threshold: thresholds.ksAlpha,
            current: DriftTest.Side(
                count: current.returns?.count ?? 0, effectiveCount: current.effectiveReturns),
            reference: DriftTest.Side(
                count: reference.returns?.count ?? 0, effectiveCount: reference.effectiveReturns))
    }

    /// Closes that left the reference's range come first: a price that jumped and froze drifted.
    private func closes(
        _ current: [Double], isFinite: Bool, _ reference: SortedSample?,
        _ stability: PopulationStability?
    ) -> DriftTest {
        let counts = [isFinite ? current.count : nil, reference?.count]
        var insufficiency = insufficiency(counts, thresholds.minimumRows)
        var isDrifted = false
        var score: Double?
        if insufficiency == nil, let stability, let reference {
            let hasLeft = stability.outsideShare > thresholds.outsideShare
            let isConstant = reference.isConstant || current.allSatisfy { $0 == current[0] }
            if isConstant && !hasLeft {
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
