public import CanonicalJSON
public import Digest
public import DriftStatistics
public import EventFormat
public import EventStorage
public import Labeling
public import Market
public import Projections

/// What became of one thing between two points, and through which event.
public struct StateChange: Sendable {
    /// What a thing is of.
    public enum Part: String, Sendable, CaseIterable {
        /// Candles of the windows.
        case candles
        /// Labels of the windows.
        case labels
        /// Active configurations.
        case config
        /// Reference periods.
        case baselines
        /// Drift checks.
        case drift
        /// Levels in force, pauses and alerts.
        case decisions
        /// Names of commits.
        case tags
    }

    /// What became of it.
    public enum Kind: String, Sendable, CaseIterable {
        /// A candle came in its turn.
        case added
        /// A candle has other values.
        case changed
        /// A candle came after younger ones.
        case late
        /// A labelling was opened.
        case opened
        /// A trade closed.
        case closed
        /// A label is another one.
        case revised
        /// A label was withdrawn: its trade is open again.
        case retracted
        /// A configuration became active.
        case activated
        /// A configuration is active no more.
        case deactivated
        /// Those active stand in another order: the newest decides where none is named.
        case reordered
        /// Another baseline holds.
        case recorded
        /// A baseline that was set is the policy's again.
        case released
        /// Minutes of it were revised since.
        case stale
        /// Drift was checked.
        case checked
        /// The level in force.
        case level
        /// Trading is paused.
        case paused
        /// Trading goes on.
        case resumed
        /// An alert is open.
        case raised
        /// An alert is open no more.
        case resolved
        /// Somebody has seen an alert.
        case acknowledged
        /// A sink took an alert.
        case delivered
        /// A name was given.
        case set
        /// A name stands elsewhere.
        case moved
        /// A name stands where it stood, with another note.
        case noted
        /// A name was given up.
        case deleted
        /// Events touched it, and in the end it is what it was: no change.
        case reverted
    }

    /// The thing, as it was and as it is.
    public enum Subject: Sendable {
        /// A minute.
        case candle(Int64, old: Candle?, new: Candle?)
        /// A label, by its entry.
        case label(Int64, old: Label?, new: Label?)
        /// A labelling that was opened.
        case labelling
        /// A configuration, and the leaves in which it differs from the one in force before.
        case configuration(IdentifiedConfiguration, leaves: [Leaf])
        /// The hashes of the active configurations, the newest last.
        case order(old: [Hash256], new: [Hash256])
        /// The baseline of a labelling.
        case baseline(old: Baselines.Entry?, new: Baselines.Entry?)
        /// The newest check of a labelling.
        case check(old: DriftHistory.Entry?, new: DriftHistory.Entry?)
        /// The level in force for a labelling; nil before its first decision.
        case level(old: DriftSeverity?, new: DriftSeverity)
        /// Since when trading is paused for a labelling, milliseconds UTC; nil if it is not.
        case pause(old: Int64?, new: Int64?)
        /// An alert by its number.
        case alert(UInt64, old: Operations.Alert?, new: Operations.Alert?)
        /// A tag.
        case tag(TagName, old: TagList.Tag?, new: TagList.Tag?)
    }

    /// A leaf of a configuration that differs; nil where it is not written, as its value is the first
    /// one that programs had.
    public struct Leaf: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// Its value in the configuration in force before.
        public let old: JSONValue?
        /// Its value.
        public let new: JSONValue?
    }

    /// The events that touched a thing.
    public struct Touch: Sendable, Equatable {
        /// How many there are.
        public internal(set) var events = 0
        /// The first one.
        public internal(set) var first = GlobalPosition.start
        /// The last one: it made the thing what it is.
        public internal(set) var position = GlobalPosition.start
        /// Its type.
        public internal(set) var type: String = ""
        /// When it was recorded, microseconds UTC.
        public internal(set) var recordedAt: Int64 = 0
    }

    /// The market; nil for tags.
    public let market: MarketID?
    /// The labelling or configuration concerned; nil for candles and tags.
    public let hash: Hash256?
    /// What it is of.
    public let part: Part
    /// What became of it.
    public let kind: Kind
    /// The thing.
    public let subject: Subject
    /// The events that touched it between the points.
    public let touch: Touch
}

extension StateChange.Touch {
    /// Notes one more event; rows of the same one count once.
    mutating func note(_ event: StateChange.Touch) {
        if position != event.position { events += 1 }
        if events == 1 { first = event.position }
        (position, type, recordedAt) = (event.position, event.type, event.recordedAt)
    }

    /// An event by itself.
    init(_ event: borrowing EventView, at position: GlobalPosition) {
        events = 1
        first = position
        self.position = position
        type = event.type?.name ?? "type \(event.typeNumber)"
        recordedAt = event.recordedAt
    }
}
