/// Everything that decides what a label or a verdict is: every leaf is part of the configuration hash.
public struct LabelingConfiguration: Equatable, Sendable {
    /// What happens when one candle touches both barriers.
    public enum Ambiguity: String, Sendable, CaseIterable {
        /// The target counts as touched first; such a label is flagged.
        case targetFirst = "target_first"
    }

    /// Distance of the take-profit barrier from the entry, in basis points.
    public var takeProfitBps: Double
    /// Distance of the stop-loss barrier from the entry, in basis points.
    public var stopLossBps: Double
    /// Minutes after which a trade ends in any case.
    public var timeoutMinutes: Int
    /// Both barriers inside one candle.
    public var ambiguity: Ambiguity
    /// The exchange whose fees apply; may differ from the venue of the candles.
    public var exchange: String
    /// The full spread paid by a taker, in basis points.
    public var spreadBps: Double
    /// Share of the candle's range that a fill slips.
    public var slippageMultiplier: Double
    /// Safety factor on the sum of all costs.
    public var buffer: Double
    /// Size of one trade in the account currency; 10,000 and more has market impact.
    public var positionSize: Double
    /// A trade held longer than this counts as maker.
    public var makerAfterMinutes: Double
    /// What the exchanges charge.
    public var fees: FeeSchedule
    /// Meta label: net result that must be exceeded, in basis points.
    public var costThresholdBps: Double
    /// Meta label: a second floor under the net result, in basis points.
    public var minPnlBps: Double
    /// Days of the rolling window. Labels do not depend on it.
    public var windowDays: Int
    /// When and how drift is checked. Labels do not depend on it.
    public var drift = DriftPolicy()

    /// Number of the labelling rules; raised when the same leaves come to mean other labels.
    public static let labelAlgorithm = 1

    /// Two barriers and a deadline; all other leaves as both presets have them.
    public init(takeProfitBps: Double, stopLossBps: Double, timeoutMinutes: Int) {
        self.takeProfitBps = takeProfitBps
        self.stopLossBps = stopLossBps
        self.timeoutMinutes = timeoutMinutes
        ambiguity = .targetFirst
        exchange = "binance"
        spreadBps = 3
        slippageMultiplier = 0.5
        buffer = 1.1
        positionSize = 1_000
        makerAfterMinutes = 5
        fees = .standard
        costThresholdBps = 0
        minPnlBps = 0
        windowDays = 90
    }

    /// The deadline's distance from the entry, in milliseconds.
    public var timeoutMilliseconds: Int64 { Int64(timeoutMinutes) * 60_000 }
}

extension LabelingConfiguration {
    /// A configuration that ships with the program.
    public struct Preset: Sendable {
        /// Its name on the command line.
        public let name: String
        /// What it holds.
        public let configuration: LabelingConfiguration
    }

    /// All presets, in the order in which help shows them.
    public static let presets = [
        Preset(name: "scalp", configuration: .scalp),
        Preset(name: "runner", configuration: .runner),
    ]

    /// Quick trades: 15 bps up, 10 bps down, half an hour.
    public static let scalp = LabelingConfiguration(
        takeProfitBps: 15, stopLossBps: 10, timeoutMinutes: 30)

    /// Long trades: 80 bps up, 40 bps down, a week.
    public static let runner = LabelingConfiguration(
        takeProfitBps: 80, stopLossBps: 40, timeoutMinutes: 10_080)
}
