internal import Digest
internal import EventFormat
internal import SystemIO

/// What the writer keeps between appends, so that one need not read before it writes.
///
/// Valid only while nobody else wrote: an append compares the head's position first.
struct WriterState: ~Copyable {
    /// The head as of the last append of this process.
    var head: StoreHead?
    /// Heads of streams used so far.
    var streams: [StreamID: StreamHead] = [:]
    /// The last, partly filled row of hashes of each tile level.
    var rows: [UInt8: TreeRow] = [:]
    /// Held from the first append to the store's end.
    var lock: FileLock?

    init() {}
}

/// Up to 32 hashes of one level of the Merkle tree.
struct TreeRow {
    /// Hashes in a row: 1,024 bytes stay inside a page.
    static let capacity: UInt64 = 32

    let number: UInt64
    var bytes: [UInt8]
}
