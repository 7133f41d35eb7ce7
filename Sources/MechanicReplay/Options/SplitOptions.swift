internal import ArgumentParser
internal import Labeling
internal import Market
internal import Mechanic
internal import Spelling

/// How walk-forward splits lie.
struct SplitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The splits of a model: scalp_core, confirm_filter, regime_classifier, risk_context.",
            valueName: "preset"))
    var preset: String?

    @Option(
        help: ArgumentHelp("How long a split trains (default: 60d).", valueName: "duration"))
    var train: Span?

    @Option(
        help: ArgumentHelp("How long a split tests (default: 1d).", valueName: "duration"))
    var test: Span?

    @Option(
        help: ArgumentHelp(
            "From the end of training to the test (default: 120m).", valueName: "duration"))
    var embargo: Span?

    @Option(
        help: ArgumentHelp(
            "From one test to the next (default: as long as a test).", valueName: "duration"))
    var step: Span?

    func validate() throws {
        guard let preset, SplitPreset(name: preset) == nil else { return }
        let names = SplitPreset.all.map(\.name)
        let near = EditDistance.nearest(to: preset, in: names)
        throw ValidationError(
            "--preset \(preset): expected one of \(names.joined(separator: ", "))"
                + (near.map { "; did you mean \($0)?" } ?? ""))
    }

    /// The preset; nil where none was named.
    var named: SplitPreset? { preset.flatMap { SplitPreset(name: $0) } }

    /// Whether anything was said.
    var isGiven: Bool {
        preset != nil || train != nil || test != nil || embargo != nil || step != nil
    }

    /// How the splits lie: what was said, else the preset's lengths, else 60 d, 1 d and 120 minutes.
    func rules() throws -> WalkForward {
        let base = named?.rules ?? .standard
        return try WalkForward(
            train: train?.milliseconds ?? base.train, test: test?.milliseconds ?? base.test,
            embargo: embargo?.milliseconds ?? base.embargo,
            step: step?.milliseconds ?? (test == nil ? base.step : nil))
    }

    /// Where the splits begin unless somebody says where.
    var start: TrainingBasis.Start { named.map { .days($0.windowDays) } ?? .firstLabel }
}
