package import Digest
package import EventFormat
internal import SystemIO

/// Reads a segment from its beginning to its end, and trusts nothing in it.
///
/// Checked as it goes: the header, the lengths, that every frame is the next one and every event has
/// the hash in its frame; at the end the file's checksum, then the Merkle root. What an event says
/// of its stream is checked by who adopts it.
package struct SegmentReader: ~Copyable {
    /// What the segment is.
    package let header: SegmentHeader
    /// The last event read.
    private(set) var end: LogEnd
    /// The tree up to and with it.
    private(set) var tree: MerkleFrontier
    private var file: SequentialFile
    private let checksum: SHA256
    private let hasher = SHA256()

    /// Opens a segment and reads its header.
    ///
    /// - Throws: `.invalidBackup`; `.storeNotFound` where there is no such file.
    package static func open(_ path: String) throws(EventStoreError) -> SegmentReader {
        let checksum = SHA256()
        do {
            var file = try SequentialFile(path: path)
            let header = try header(&file, checksum)
            return SegmentReader(file: file, header: header, checksum: checksum)
        } catch let error as FormatError {
            throw EventStoreError(.invalidBackup, "\(path): \(error)")
        } catch {
            throw error.inStore(path)
        }
    }

    private init(file: consuming SequentialFile, header: SegmentHeader, checksum: SHA256) {
        self.file = file
        self.header = header
        self.checksum = checksum
        end = LogEnd(header.before)
        tree = header.before.tree
    }

    /// The file's name.
    var path: String { file.path }

    /// Bytes of the file.
    var byteCount: Int { file.byteCount }

    private static func header(
        _ file: inout SequentialFile, _ checksum: SHA256
    ) throws -> SegmentHeader {
        guard try file.read(SegmentHeader.prefixByteCount) else {
            throw FormatError("this is no backup: it has \(file.byteCount) bytes")
        }
        let count = try SegmentHeader.byteCount(file.bytes)
        var bytes = file.bytes.copy()
        guard try file.read(count - bytes.count) else {
            throw FormatError("the backup is cut: it ends inside its header")
        }
        bytes.append(bytes: file.bytes)
        let header = try SegmentHeader(bytes.rawSpan)
        checksum.begin()
        checksum.update(bytes.rawSpan)
        return header
    }

    /// The event read last.
    package var event: EventView {
        @_lifetime(borrow self)
        get { EventView(checked: file.bytes) }
    }

    /// Reads the next event; false at the end, when everything is as the header says.
    ///
    /// - Parameter completed: called with every hash that a level of tiles holds, in their order.
    /// - Throws: `.invalidBackup` where bytes are damaged, `.rootMismatch` where they are sound but
    ///   have not the root that the header has.
    package mutating func next(
        _ completed: (_ hash: Hash256, _ level: Int) -> Void = { _, _ in }
    ) throws(EventStoreError) -> Bool {
        guard end.position < header.after.position else {
            try finish()
            return false
        }
        let position = GlobalPosition(end.position.number + 1)
        try read(SegmentHeader.recordByteCount, at: position)
        let (count, zero) = (
            file.bytes.load(UInt32.self, at: 0), file.bytes.load(UInt32.self, at: 4)
        )
        guard zero == 0 else { throw damaged("the event's length is damaged", at: position) }
        try read(Int(count), at: position)
        if let defect = EventView.defect(in: file.bytes) {
            throw damaged("\(defect)", at: position)
        }
        let event = EventView(checked: file.bytes)
        do throws(FormatError) {
            try end.advance(to: event.frame)
        } catch {
            throw damaged("\(error)", at: position)
        }
        guard hasher.hash(event.eventBytes) == event.frame.eventHash else {
            throw damaged("the event's bytes do not have the hash in its frame", at: position)
        }
        let leaf = MerkleFrontier.leaf(event.frameBytes, hasher: hasher)
        tree.append(leaf: leaf, hasher: hasher) { height, _, hash in
            if height.isMultiple(of: 8) { completed(hash, height / 8) }
        }
        return true
    }

    /// Reads to the end.
    ///
    /// - Parameter isReadable: also check that this program knows every type and can read every
    ///   payload.
    mutating func verify(
        isReadable: Bool = false, progress: (_ done: UInt64, _ of: UInt64) -> Void
    ) throws(EventStoreError) {
        let first = header.before.position.number
        while try next() {
            if isReadable { try requireReadable() }
            let done = end.position.number - first
            if done.isMultiple(of: 256) { progress(done, header.eventCount) }
        }
    }

    private func requireReadable() throws(EventStoreError) {
        let position = end.position
        guard let type = event.type else { throw EventStoreError(unknown: event, at: position) }
        if let defect = type.defect(in: event.payload) {
            throw damaged("\(type.name): \(defect)", at: position)
        }
    }

    private mutating func take(_ count: Int) throws(EventStoreError) -> Bool {
        do throws(SystemError) {
            return try file.read(count)
        } catch {
            throw error.inStore(path)
        }
    }

    private mutating func read(_ count: Int, at position: GlobalPosition) throws(EventStoreError) {
        guard try take(count) else {
            throw damaged("the file ends before the event does", at: position)
        }
        checksum.update(file.bytes)
    }

    private mutating func finish() throws(EventStoreError) {
        guard try take(Hash256.byteCount) else {
            throw damaged("the file ends before its checksum")
        }
        guard checksum.finish() == Hash256(file.bytes) else {
            throw damaged("its checksum is not that of its bytes")
        }
        guard file.remaining == 0 else {
            throw damaged("\(file.remaining) bytes follow where it should end")
        }
        let after = header.after
        guard tree == after.tree, end.isEndOfCommit, end.commit == after.commit,
            end.appendedAt == after.appendedAt
        else {
            throw EventStoreError(
                .rootMismatch,
                "\(path): its events have the root \(tree.root(hasher: hasher)), the backup says "
                    + "\(after.root): it was put together from something else; use another one")
        }
    }

    private func damaged(
        _ reason: String, at position: GlobalPosition? = nil
    ) -> EventStoreError {
        let place = position.map { " at position \($0)" } ?? ""
        return EventStoreError(
            .invalidBackup,
            "\(path): the backup is damaged\(place): \(reason); fetch it again or use another one",
            position: position)
    }
}
