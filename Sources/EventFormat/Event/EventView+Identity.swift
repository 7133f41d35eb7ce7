public import Digest

extension EventView {
    /// The id that follows from what the event says and where it stands, as ``Envelope`` derives
    /// it for an event without a key.
    ///
    /// - Complexity: O(payload), nothing is copied.
    public func derivedID(hasher: SHA256) -> EventID {
        let event = eventBytes
        hasher.begin()
        hasher.update(event.extracting(6..<8))
        hasher.update(streamName)
        hasher.update(event.extracting(8..<16))
        hasher.update(event.extracting(2..<6))
        hasher.update(payload)
        return EventID(hasher.finish())
    }
}
