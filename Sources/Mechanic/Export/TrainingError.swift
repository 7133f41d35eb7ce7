public import Labeling

/// Why no training set was made.
public struct TrainingError: Error, Equatable, CustomStringConvertible {
    /// What kind of reason.
    public enum Kind: Sendable {
        /// The text is no basis.
        case malformed
        /// The store does not have the log, or the configuration, that the basis names.
        case otherLog
        /// The log holds a label that was not known, or that no candle known then gives.
        case leak
    }

    /// What kind of reason.
    public let kind: Kind
    /// The entry of the label that leaks, milliseconds UTC.
    public let entry: Int64?
    /// Its field that was not known.
    public let field: LabelField?
    /// What is wrong, where, and what to do.
    public let description: String

    init(
        _ kind: Kind, _ description: String, entry: Int64? = nil, field: LabelField? = nil
    ) {
        self.kind = kind
        self.entry = entry
        self.field = field
        self.description = description
    }
}
