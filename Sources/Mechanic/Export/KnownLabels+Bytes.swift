internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Projections

extension KnownLabels {
    /// Checks that the events of a stream that hold rows of a range of days have the bytes that were
    /// recorded.
    ///
    /// Other readers leave that to `verify`. Who writes a root above rows says that the rows are the
    /// root's: one changed bit of a candle would give other rows under the same basis.
    ///
    /// - Throws: `EventStoreError` of kind `.corrupted`, with the position.
    /// - Complexity: O(bytes of these events), each hashed once.
    static func checkBytes(
        _ view: borrowing StoreView, of stream: MarketStream, days: ClosedRange<Int32>,
        through last: GlobalPosition
    ) throws {
        guard let head = try view.head(of: stream.id) else { return }
        let hasher = SHA256()
        let positions = Set(try view.positions(in: head, days: days).map(\.position))
        for position in positions.sorted() where position <= last {
            guard let event = try view.event(at: position) else {
                throw History.missing(position.number, of: stream)
            }
            guard hasher.hash(event.eventBytes) == event.frame.eventHash else {
                throw EventStoreError(
                    .corrupted,
                    "position \(position), \(stream.id): the event's bytes do not have the hash in "
                        + "its frame; nothing is exported: run `mechanic-replay verify`",
                    position: position)
            }
        }
    }
}
