internal import Digest
public import EventFormat
internal import Spelling

/// The tags of a store: names of ends of commits.
public struct TagList: Sendable {
    /// One name and what it stands for.
    public struct Tag: Sendable {
        /// What was said.
        public let change: TagChange
        /// The event that its name stands for.
        public let target: TagChange.Target
        /// The version of the event that said so, in the stream of tags.
        public let version: StreamVersion
        /// Where that event stands in the log.
        public let position: GlobalPosition
        /// When it was recorded, microseconds UTC.
        public let recordedAt: Int64

        /// The name.
        public var name: TagName { change.name }
    }

    private var byName: [TagName: Tag] = [:]

    /// All tags, by name.
    public var all: [Tag] { byName.values.sorted { $0.name < $1.name } }

    /// The tag of a name; nil if there is none.
    public subscript(name: TagName) -> Tag? { byName[name] }

    /// The tag of a name that must be there.
    ///
    /// - Throws: `.invalidPoint`, which says what may have been meant.
    /// - Complexity: O(tags) where there is none.
    public func tag(_ name: TagName) throws(EventStoreError) -> Tag {
        if let tag = byName[name] { return tag }
        let names = all.map(\.name.description)
        let near = EditDistance.nearest(to: name.description, in: names)
        let known =
            near.map { "did you mean @\($0)?" }
            ?? (names.isEmpty
                ? "none is set: `mechanic-replay tag \(name)` names the newest commit"
                : "there are @\(names.prefix(10).joined(separator: ", @"))")
        throw EventStoreError(.invalidPoint, "there is no tag @\(name); \(known)")
    }

    /// Notes what an event says.
    ///
    /// - Throws: `FormatError` where it contradicts those before it.
    mutating func apply(
        _ change: TagChange, version: StreamVersion, at position: GlobalPosition, recordedAt: Int64
    ) throws(FormatError) {
        guard byName[change.name]?.version == change.replaces else {
            throw FormatError(
                "tag.set: @\(change.name) was set by another event than the one that is replaced")
        }
        byName[change.name] = change.target.map {
            Tag(
                change: change, target: $0, version: version, position: position,
                recordedAt: recordedAt)
        }
    }
}

extension StoreView {
    /// The tags that are set.
    ///
    /// - Parameter last: later events are passed over; nil for none.
    /// - Throws: `.unknownEvent` where a later program wrote to the stream; `.corrupted`.
    /// - Complexity: O(changes of tags × log events).
    public func tags(through last: GlobalPosition? = nil) throws(EventStoreError) -> TagList {
        var list = TagList()
        guard let head = try head(of: TagChange.stream) else { return list }
        let skips = try skips()
        var version = StreamVersion.none
        while version < head.version {
            version = version.next
            guard let position = try position(of: version, in: head),
                let event = try event(at: position)
            else {
                throw .corrupted(
                    FormatError("version \(version) of \(TagChange.stream) is missing"), at: nil)
            }
            guard position <= last ?? position else { break }
            if skips.skip(of: event) != nil { continue }
            guard event.type == .tagSet else {
                throw EventStoreError(unknown: event, at: position)
            }
            do {
                try list.apply(
                    try TagChange(event.payload), version: version, at: position,
                    recordedAt: event.recordedAt)
            } catch {
                throw .corrupted(error, at: position)
            }
        }
        return list
    }

    /// The end of the commit that a tag names.
    ///
    /// - Throws: `.corrupted` where the log does not hold the event that the tag names: it is another
    ///   log than the one in which the tag was set.
    /// - Complexity: O(log events).
    public func position(of tag: TagList.Tag) throws(EventStoreError) -> GlobalPosition {
        let target = tag.target
        let what = "@\(tag.name) names version \(target.version) of \(target.stream)"
        guard let head = try head(of: target.stream),
            let position = try position(of: target.version, in: head)
        else {
            throw EventStoreError(
                .corrupted,
                "\(what), which this log does not hold: it is another log than the one in which the "
                    + "tag was set", position: tag.position)
        }
        let frame = try frame(at: position)
        guard frame.eventHash == target.eventHash else {
            throw EventStoreError(
                .corrupted,
                "\(what) with the hash \(target.eventHash.hex.prefix(16)), this log holds another "
                    + "event there, \(frame.eventHash.hex.prefix(16)) at position \(position): it is "
                    + "another log than the one in which the tag was set", position: tag.position)
        }
        return try endOfCommit(atOrBefore: position)
    }
}
