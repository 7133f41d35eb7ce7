internal import EventFormat

/// The heads of the streams that a writer knows, and which of them the commit at work changed.
///
/// The stream used last is kept apart: events of one stream come in a row, and finding a name in the
/// dictionary costs as much as hashing an event.
struct StreamHeads {
    private var known: [StreamID: StreamHead] = [:]
    private var changed: Set<StreamID> = []
    private var last: (id: StreamID, head: StreamHead, isChanged: Bool)?

    /// No stream is known.
    init() {}

    /// A stream's head; nil if it is not known.
    subscript(id: StreamID) -> StreamHead? {
        if let last, last.id == id { return last.head }
        return known[id]
    }

    /// Learns the head of a stream from the store.
    mutating func learn(_ id: StreamID, _ head: StreamHead) {
        settle()
        last = (id, head, false)
    }

    /// Moves the head of a stream on.
    mutating func move(_ id: StreamID, to head: StreamHead) {
        if last?.id != id { settle() }
        last = (id, head, true)
    }

    /// The streams that were moved, by name, and forgets that they were.
    mutating func takeChanged() -> [(id: StreamID, head: StreamHead)] {
        settle()
        defer { changed = [] }
        return changed.sorted().map { ($0, known[$0]!) }
    }

    private mutating func settle() {
        guard let last else { return }
        known[last.id] = last.head
        if last.isChanged { changed.insert(last.id) }
        self.last = nil
    }
}
