public import Market

/// What an update is asked to do.
public struct UpdateRequest: Sendable {
    /// Well-formed rows in file order; empty if candles were imported before.
    public var candles = CandleColumns()
    /// Rows that were no candles, to be counted.
    public var rejected = 0
    /// Configurations that shall be active; where none is, `scalp` becomes it.
    public var configurations: [LabelingConfiguration] = []
    /// Where a labelling that is opened now starts, milliseconds UTC; nil for the rule of the house.
    public var labelFrom: Int64?

    /// An update without new rows.
    public init() {}

    /// An update with rows.
    public init(
        candles: CandleColumns, rejected: Int = 0, configurations: [LabelingConfiguration] = []
    ) {
        self.candles = candles
        self.rejected = rejected
        self.configurations = configurations
    }
}
