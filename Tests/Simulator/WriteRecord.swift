internal import EventFormat
internal import StoreModel
internal import SystemIO
internal import WriteRecorder

/// What a worker wrote to its file, in order, with its own marks between.
struct WriteRecord {
    /// An entry of the record.
    enum Entry {
        /// Bytes written at an offset; `isThrough`: durable when the call returned.
        case write(at: Int, [UInt8], isThrough: Bool)
        /// All bytes written are durable.
        case sync
        /// The names in the store's directory are durable.
        case directorySync
        /// The name of the store's directory is durable.
        case parentSync
        /// So many commits are acknowledged.
        case mark(UInt64)
    }

    let entries: [Entry]

    /// Reads a record.
    ///
    /// - Throws: ``Violation`` where it is none, or holds a call that no replay knows.
    init(path: String) throws {
        let bytes = try FileBytes.read(path: path)
        let span = bytes.rawSpan
        var entries: [Entry] = []
        var start = 0
        while start < span.byteCount {
            let kind = span.load(UInt32.self, at: start)
            let offset = span.load(UInt64.self, at: start + 8)
            let length = Int(span.load(UInt64.self, at: start + 16))
            start += 24
            let data = span.extracting(start..<start + length)
            start += length
            switch kind {
            case RECORDER_WROTE.rawValue:
                entries.append(.write(at: Int(offset), data.copy(), isThrough: false))
            case RECORDER_WROTE_THROUGH.rawValue:
                entries.append(.write(at: Int(offset), data.copy(), isThrough: true))
            case RECORDER_SYNCED.rawValue: entries.append(.sync)
            case RECORDER_SYNCED_DIRECTORY.rawValue: entries.append(.directorySync)
            case RECORDER_SYNCED_PARENT.rawValue: entries.append(.parentSync)
            case RECORDER_MARKED.rawValue: entries.append(.mark(offset))
            default: throw Violation("the record holds a call of kind \(kind)")
            }
        }
        self.entries = entries
    }
}
