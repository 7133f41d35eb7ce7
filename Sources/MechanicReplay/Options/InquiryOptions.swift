public import ArgumentParser
internal import DriftStatistics
public import Market

/// What a drift check compares, and what a script makes of it.
struct InquiryOptions: ParsableArguments {
    /// A severity that a script can wait for.
    enum Limit: String, ExpressibleByArgument, CaseIterable {
        case warning, critical, severe

        var severity: DriftSeverity {
            switch self {
            case .warning: .warning
            case .critical: .critical
            case .severe: .severe
            }
        }
    }

    @Option(
        help: ArgumentHelp(
            "The set of tests (default: the configuration's).", valueName: "profile"))
    var profile: DriftPolicy.Profile?

    @Option(
        help: ArgumentHelp(
            "Which labels of a window are compared (default: the configuration's).",
            valueName: "labels"))
    var labels: DriftPolicy.Labels?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The current window, RFC 3339 or epoch milliseconds, the end not in it (default: what "
                + "ends at the newest close).", valueName: "from..to"))
    var current: MarketRange?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The reference period (default: the baseline in force; with --current the days before "
                + "it).", valueName: "from..to"))
    var reference: MarketRange?

    @Option(
        help: ArgumentHelp("Exit 1 if the severity is as bad or worse.", valueName: "severity"))
    var failOn: Limit?

    /// Whether anything was asked for.
    var isGiven: Bool {
        profile != nil || labels != nil || current != nil || reference != nil || failOn != nil
    }

    /// A configuration with what was asked for; its hash is another one then.
    func adjusted(_ decider: Decider) -> Decider {
        guard profile != nil || labels != nil else { return decider }
        var decider = decider
        var configuration = decider.configuration.configuration
        if let profile { configuration.drift.profile = profile }
        if let labels { configuration.drift.labels = labels }
        decider.configuration = IdentifiedConfiguration(configuration)
        return decider
    }
}

extension DriftPolicy.Profile: ExpressibleByArgument {}

extension DriftPolicy.Labels: ExpressibleByArgument {}

/// Which of the recorded checks are listed.
struct HistoryOptions: ParsableArguments {
    @Flag(help: "The recorded checks instead of a new one, the oldest first.")
    var history = false

    @Flag(help: "With --history: what updates noted of the last day instead of checks.")
    var monitor = false

    @OptionGroup var range: RangeOptions

    /// Whether anything was asked for beside the history itself.
    var isGiven: Bool { monitor || range.from != nil || range.to != nil }
}
