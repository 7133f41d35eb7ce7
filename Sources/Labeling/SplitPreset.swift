internal import Market

/// The splits of one of the models of the house.
public struct SplitPreset: Equatable, Sendable {
    /// Its name on the command line.
    public let name: String
    /// How far back the model looks, days.
    public let windowDays: Int64
    /// The candles that it is made for.
    public let timeframe: String
    /// How labels are weighed.
    public let mode: RecencyWeights.Mode
    /// A training set of fewer labels is too small.
    public let minimumLabels: Int
    /// How the splits lie.
    public let rules: WalkForward

    private init(
        _ name: String, window: Int64, _ timeframe: String, _ mode: RecencyWeights.Mode,
        minimum: Int, train: Int64, test: Int64, embargoMinutes: Int64
    ) {
        self.name = name
        windowDays = window
        self.timeframe = timeframe
        self.mode = mode
        minimumLabels = minimum
        let day = UTCDay.milliseconds
        rules = WalkForward(
            checkedTrain: train * day, test: test * day, embargo: embargoMinutes * 60_000,
            step: test * day)
    }

    /// The four models, the shortest window first.
    public static let all = [
        SplitPreset(
            "scalp_core", window: 60, "1m", .scalp, minimum: 2_000, train: 30, test: 1,
            embargoMinutes: 30),
        SplitPreset(
            "confirm_filter", window: 120, "5m", .confirm, minimum: 3_000, train: 45, test: 1,
            embargoMinutes: 60),
        SplitPreset(
            "regime_classifier", window: 365, "1m", .regime, minimum: 5_000, train: 90, test: 7,
            embargoMinutes: 120),
        SplitPreset(
            "risk_context", window: 730, "1d", .risk, minimum: 500, train: 180, test: 30,
            embargoMinutes: 1_440),
    ]

    /// Without a preset: a training set of fewer labels is too small.
    public static let standardMinimum = 100

    /// The preset with a name; nil if there is none.
    public init?(name: String) {
        guard let preset = Self.all.first(where: { $0.name == name }) else { return nil }
        self = preset
    }
}
