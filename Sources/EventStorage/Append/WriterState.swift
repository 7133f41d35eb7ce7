internal import EventFormat
internal import SystemIO

/// What the writer keeps between appends, so that one need not read before it writes.
///
/// Valid only while nobody else wrote: an append compares the head's position first.
struct WriterState: ~Copyable {
    /// The head as of the last append of this process.
    var head: StoreHead?
    /// Heads of streams used so far.
    var streams = StreamHeads()
    /// Bytes of the events of the last commit: the next one often has as many.
    var commitBytes = 0
    /// The last rows of hashes of the Merkle tree.
    var rows: TreeRows?
    /// What made writing impossible for good.
    var broken: EventStoreError?
    /// Held from the first append to the store's end.
    var lock: FileLock?

    init() {}

    /// Drops what was known of the log: somebody else wrote, or a commit failed.
    mutating func forget() {
        head = nil
        streams = StreamHeads()
        rows = nil
    }
}
