/// A kind of event in one version: the number in its header, its name, and how its payload is laid
/// out. ``EventCatalog`` has all of them.
public struct EventType: Hashable, Sendable {
    /// How a payload is encoded.
    public enum Encoding: Hashable, Sendable {
        /// Canonical JSON (RFC 8785).
        case json
        /// Columns of one UTC day, see ``ColumnPayload``.
        case columns(ColumnLayout)
    }

    /// The number in the header; 0 is no type, so that zeroed bytes are caught.
    public let number: UInt16
    /// The name people see.
    public let name: String
    /// The version of the payload's schema.
    public let schemaVersion: UInt16
    /// The encoding of that version.
    public let encoding: Encoding

    /// A type; tests make those of later and earlier programs.
    package init(_ number: UInt16, _ name: String, version: UInt16, _ encoding: Encoding) {
        self.number = number
        self.name = name
        self.schemaVersion = version
        self.encoding = encoding
    }

    /// First event of a labels stream: the whole configuration and where labelling starts.
    public static let labellingOpened = EventType(1, "labelling.opened", version: 1, .json)
    /// A configuration joined the active ones of a market, or left them.
    public static let configurationActivated = EventType(
        2, "configuration.activated", version: 1, .json)
    /// New candles, at or after all known ones.
    public static let candlesRecorded = EventType(
        3, "candles.recorded", version: 1, .columns(.candles))
    /// Candles that changed or came late, with the values they replace.
    public static let candlesRevised = EventType(
        4, "candles.revised", version: 1, .columns(.candleRevisions))
    /// Labels of trades that closed.
    public static let labelsClosed = EventType(5, "labels.closed", version: 1, .columns(.labels))
    /// Labels that a revised candle changed, with the labels they replace.
    public static let labelsRevised = EventType(
        6, "labels.revised", version: 1, .columns(.labelRevisions))
    /// Labels withdrawn: their trades are open again. The rows are the labels withdrawn.
    public static let labelsRetracted = EventType(
        7, "labels.retracted", version: 1, .columns(.labels))
    /// One update is complete: what came in, what it did, and which versions did it.
    public static let updateCompleted = EventType(8, "update.completed", version: 1, .json)

    /// An event that no fold can take is passed over, see ``SkippedEvent``.
    public static let eventSkipped = EventType(9, "event.skipped", version: 1, .json)

    /// A reference period for drift checks, with what it held.
    public static let baselineRecorded = EventType(10, "baseline.recorded", version: 1, .json)
    /// The baseline that somebody set holds no longer: the policy decides again.
    public static let baselineReleased = EventType(11, "baseline.released", version: 1, .json)
    /// A drift check: what was compared with what, every test, the severity.
    public static let driftChecked = EventType(12, "drift.checked", version: 1, .json)
    /// The last day of a market in a few numbers, with every update.
    public static let marketMonitored = EventType(13, "market.monitored", version: 1, .json)
    /// What shall be done about a drift check, and why.
    public static let decisionMade = EventType(14, "decision.made", version: 1, .json)
    /// Somebody must look: the level in force rose.
    public static let alertRaised = EventType(15, "alert.raised", version: 1, .json)
    /// Somebody has seen an alert.
    public static let alertAcknowledged = EventType(16, "alert.acknowledged", version: 1, .json)
    /// The cause of an alert is gone.
    public static let alertResolved = EventType(17, "alert.resolved", version: 1, .json)
    /// A sink took an alert, or did not.
    public static let alertDelivered = EventType(18, "alert.delivered", version: 1, .json)
    /// Somebody let trading go on that a decision had paused.
    public static let tradingResumed = EventType(19, "trading.resumed", version: 1, .json)

    /// The end of a commit got a name, or lost it, see ``TagChange``.
    public static let tagSet = EventType(20, "tag.set", version: 1, .json)

    /// All types in the versions that this program writes.
    public static let all: [EventType] = [
        .labellingOpened, .configurationActivated, .candlesRecorded, .candlesRevised,
        .labelsClosed, .labelsRevised, .labelsRetracted, .updateCompleted, .eventSkipped,
        .baselineRecorded, .baselineReleased, .driftChecked, .marketMonitored, .decisionMade,
        .alertRaised, .alertAcknowledged, .alertResolved, .alertDelivered, .tradingResumed,
        .tagSet,
    ]

    /// The type with a number and a schema version, an old one too; nil if this program does not
    /// know it.
    public static func find(number: UInt16, schemaVersion: UInt16) -> EventType? {
        EventCatalog.product.find(number: number, schemaVersion: schemaVersion)
    }

    /// The type with a name, in the version that this program writes.
    public static func find(name: String) -> EventType? { all.first { $0.name == name } }
}
