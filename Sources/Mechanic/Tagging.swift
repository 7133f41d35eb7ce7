internal import Digest
public import EventFormat
public import EventStorage

/// Names for the ends of commits, so that a state can be asked for by what it was.
public struct Tagging: Sendable {
    /// What was recorded.
    public let change: TagChange
    /// The end of the commit that the name stands for; of a name given up, the one that it stood for.
    public let position: GlobalPosition
    /// Where the name stood before; nil if it was free.
    public let previous: GlobalPosition?
    /// Where the log ends now.
    public let end: GlobalPosition
    /// Whether anything was added; false if the name stands there already.
    public let isNew: Bool

    /// Gives the end of a commit a name.
    ///
    /// - Parameters:
    ///   - moves: whether a name that is taken is moved; else that is refused.
    ///   - now: the clock, microseconds UTC.
    /// - Throws: `.invalidTag` for a name that stands elsewhere, a word that is no printable line or
    ///   too long, and an empty log; `.invalidPoint` as ``EventStorage/StoreView/resolve(_:)``.
    /// - Complexity: O(changes of tags × log events), and one commit.
    public static func set(
        _ store: EventStore, _ name: TagName, at point: TimePoint, by: String, note: String?,
        moves: Bool, now: Int64
    ) throws -> Tagging {
        try check(by, "the name of who says so", bytes: TagChange.maximumByBytes)
        if let note { try check(note, "a note", bytes: TagChange.maximumNoteBytes) }
        return try record(store, at: now) { view in
            let position = try view.resolve(point)
            guard position > .start, let event = try view.event(at: position) else {
                throw EventStoreError(
                    .invalidTag, "there is no commit up to that point: nothing can be named")
            }
            let envelope = try event.envelope()
            let target = TagChange.Target(
                stream: envelope.stream, version: envelope.streamVersion,
                eventHash: event.frame.eventHash)
            let known = try view.tags()[name]
            // Where the log is another one the name may still be moved: that mends it.
            let previous: GlobalPosition? =
                if let known { try? view.position(of: known) } else { nil }
            if let known, !moves, known.target != target {
                throw EventStoreError(
                    .invalidTag,
                    "@\(name) is set already, at position "
                        + (previous.map { "\($0)" } ?? "unknown")
                        + " by \(known.change.by); --move moves it to position \(position)")
            }
            let change = TagChange(
                name: name, target: target, replaces: known?.version, by: by, note: note)
            let isNew = known?.target != target || (moves && known?.change.note != note)
            return Proposal(
                change: change, position: position, previous: previous, isNew: isNew)
        }
    }

    /// Gives up a name, which is free again then.
    ///
    /// - Throws: `.invalidPoint` if there is no such tag; `.invalidTag` for a word that is no printable
    ///   line or too long.
    /// - Complexity: O(changes of tags × log events), and one commit.
    public static func delete(
        _ store: EventStore, _ name: TagName, by: String, note: String?, now: Int64
    ) throws -> Tagging {
        try check(by, "the name of who says so", bytes: TagChange.maximumByBytes)
        if let note { try check(note, "a note", bytes: TagChange.maximumNoteBytes) }
        return try record(store, at: now) { view in
            let known = try view.tags().tag(name)
            let change = TagChange(
                name: name, target: nil, replaces: known.version, by: by, note: note)
            let position = (try? view.position(of: known)) ?? .start
            return Proposal(change: change, position: position, previous: position, isNew: true)
        }
    }

    /// What shall be recorded.
    private struct Proposal: Sendable {
        let change: TagChange
        let position: GlobalPosition
        let previous: GlobalPosition?
        let isNew: Bool
    }

    private static func record(
        _ store: EventStore, at now: Int64, _ propose: (borrowing StoreView) throws -> Proposal
    ) throws -> Tagging {
        let (proposal, receipt) = try store.append(at: now) { commit in
            let proposal = try propose(commit.view)
            guard proposal.isNew else { return proposal }
            let version = try commit.head(of: TagChange.stream)?.version ?? .none
            try commit.append(
                proposal.change.event, to: TagChange.stream, expecting: .exactly(version))
            return proposal
        }
        return Tagging(
            change: proposal.change, position: proposal.position, previous: proposal.previous,
            end: receipt.head.position, isNew: receipt.newEvents > 0)
    }

    /// Words are kept for ever and printed on other people's terminals.
    private static func check(
        _ text: String, _ what: String, bytes: Int
    ) throws(EventStoreError) {
        let isPlain = text.unicodeScalars.allSatisfy(\.isPlain)
        guard (1...bytes).contains(text.utf8.count), isPlain else {
            throw EventStoreError(
                .invalidTag,
                "\(what) is one line of 1 to \(bytes) bytes, without control characters and turns of "
                    + "direction")
        }
    }
}
