internal import ArgumentParser
internal import Labeling
internal import Market
internal import Mechanic
internal import Spelling

/// How labels are weighed.
struct WeightingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What the weights are for: scalp, confirm, regime, risk or runner (default: scalp).",
            valueName: "mode"))
    var mode: String?

    @Option(
        help: ArgumentHelp("A half-life of one's own instead of a mode's.", valueName: "duration"))
    var halfLife: Span?

    func validate() throws {
        if mode != nil, halfLife != nil {
            throw ValidationError(
                "--mode and --half-life both say how long labels count: choose one")
        }
        if let halfLife, halfLife.milliseconds <= 0 {
            throw ValidationError("--half-life \(halfLife): must be longer than nothing")
        }
        if let mode, RecencyWeights.Mode(rawValue: mode) == nil {
            // A mistyped mode must not count as another one silently.
            let names = RecencyWeights.Mode.allCases.map(\.rawValue)
            let near = EditDistance.nearest(to: mode, in: names)
            throw ValidationError(
                "--mode \(mode): expected one of \(names.joined(separator: ", "))"
                    + (near.map { "; did you mean \($0)?" } ?? "")
                    + "; --half-life sets one of your own")
        }
    }

    /// Whether anything was said.
    var isGiven: Bool { mode != nil || halfLife != nil }

    /// What was said; else a mode.
    func weighting(otherwise mode: RecencyWeights.Mode = .scalp) -> TrainingBasis.Weighting {
        if let halfLife {
            return TrainingBasis.Weighting(
                halfLifeDays: Double(halfLife.milliseconds) / 86_400_000)
        }
        return TrainingBasis.Weighting(
            self.mode.flatMap { RecencyWeights.Mode(rawValue: $0) } ?? mode)
    }
}
