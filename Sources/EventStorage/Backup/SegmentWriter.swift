internal import Digest
internal import EventFormat
internal import SystemIO

/// Writes a segment: header, events, and the checksum of all of it.
struct SegmentWriter {
    private let draft: FileDraft
    private let checksum = SHA256()

    /// Begins a segment in an empty file.
    init(_ draft: FileDraft) {
        self.draft = draft
        checksum.begin()
    }

    /// Writes the header, once and first.
    mutating func write(_ header: SegmentHeader) throws(SystemError) {
        try write(header.bytes.rawSpan)
    }

    /// Writes an event as it is stored.
    mutating func write(_ event: borrowing EventView) throws(SystemError) {
        let (frame, bytes) = (event.frameBytes, event.eventBytes)
        var record: [UInt8] = []
        record.append(littleEndian: UInt32(frame.byteCount + bytes.byteCount))
        record.append(littleEndian: UInt32(0))
        try write(record.rawSpan)
        try write(frame)
        try write(bytes)
    }

    /// Writes the checksum, once and last.
    mutating func finish() throws(SystemError) {
        try draft.write(checksum.finish().bytes.rawSpan)
    }

    private func write(_ bytes: RawSpan) throws(SystemError) {
        checksum.update(bytes)
        try draft.write(bytes)
    }
}
