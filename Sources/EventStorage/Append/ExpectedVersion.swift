public import EventFormat

/// What the caller knows of a stream: it makes an append fail instead of forking a history.
public enum ExpectedVersion: Hashable, Sendable {
    /// The stream holds exactly so many events. A retry of the same event is recognised.
    case exactly(StreamVersion)
    /// The stream has no events: the same as `.exactly(.none)`.
    case noStream
    /// The stream has events, whichever.
    case streamExists
    /// Whatever the stream holds. Give the event an idempotency key to make a retry safe.
    case any
}

/// What became of an event appended.
public struct Appended: Hashable, Sendable {
    /// Its position.
    public let position: GlobalPosition
    /// Its version in its stream.
    public let version: StreamVersion
    /// Its id.
    public let id: EventID
    /// Whether it is new; false if the same event was recorded before.
    public let isNew: Bool
}
