public import Digest
internal import EventFormat
public import Labeling
public import Market

/// The labels of one labelling inside the rolling window, and the trades still open.
public struct LabelState: Sendable {
    /// The projection's name.
    public static let name = "labels"
    /// Raised when the same events give other state bytes.
    public static let version: UInt32 = 1

    /// The configuration that the labels depend on.
    public let configuration: LabelingConfiguration
    /// Its labels hash: the labelling's identity.
    public let hash: Hash256
    /// The first stamp that may be an entry, milliseconds UTC, or ``fromTheBeginning``.
    public let startsAt: Int64

    /// The start of a market's first labelling: whatever is imported is an entry, also what comes
    /// late and lies before all that was there, so that the order of imports does not show.
    public static let fromTheBeginning = Int64.min
    /// The newest candle that was labelled, milliseconds UTC; nil before the first update.
    public internal(set) var through: Int64?
    /// The version of the candle stream that was labelled; how far behind, says the difference.
    public internal(set) var candlesVersion = StreamVersionNumber(0)
    /// How many events of the labelling's stream are folded, kept apart too.
    public internal(set) var labelsVersion = StreamVersionNumber(0)
    /// Closed labels by entry stamp.
    public internal(set) var labels: DayGrid<Label>

    /// A count of a stream's events, kept apart from the state bytes: it depends on batches.
    public typealias StreamVersionNumber = UInt64

    init(
        configuration: LabelingConfiguration, startsAt: Int64, timeframe: Timeframe
    ) {
        self.configuration = configuration
        hash = configuration.labelsHash
        self.startsAt = startsAt
        labels = DayGrid(timeframe: timeframe)
    }

    /// The entry stamps of open trades in the window, ascending: labelled candles whose deadline has
    /// not come and that have no label.
    ///
    /// - Parameter through: the newest candle that counts; nil for the newest that was labelled.
    /// - Complexity: O(minutes of the window / 64).
    public func openEntries(_ window: RollingWindow, through: Int64? = nil) -> [Int64] {
        guard let through = through ?? self.through else { return [] }
        // An older trade was decided by the newest labelled candle at the latest.
        let first = max(startsAt, through - configuration.timeoutMilliseconds + 1)
        return window.candles.stamps(notIn: labels, from: first, through: through)
    }

    /// SHA-256 over the state: header, closed labels by day, then stamp and price of every open
    /// trade. Values only: the same market history gives the same bytes in any batches.
    ///
    /// - Complexity: O(days + labels of hours changed since the last call + open trades).
    mutating func digest(_ window: RollingWindow, hasher: SHA256) -> Hash256 {
        let open = openEntries(window)
        var bytes = Array("mechanic.labels".utf8)
        bytes.padToEight()
        bytes.append(littleEndian: Self.version)
        bytes.append(littleEndian: UInt32(labels.count))
        bytes.append(littleEndian: UInt64(open.count))
        hash.append(to: &bytes)
        bytes.append(littleEndian: startsAt)
        bytes.append(littleEndian: through ?? .min)
        labels.digests(hasher: hasher).append(to: &bytes)
        for stamp in open {
            bytes.append(littleEndian: stamp)
            bytes.append(littleEndian: window.candles[stamp]!.close.bitPattern)
        }
        return hasher.hash(bytes)
    }
}
