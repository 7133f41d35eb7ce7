internal import Digest
internal import EventFormat
internal import LMDB

/// The rows of hashes that a commit adds to the Merkle tree: of every tile level the last row, which
/// is partly filled, and those that follow it.
///
/// Hashes of a level come in order, so a row is appended to in place and never looked for.
struct TreeRows {
    /// Hashes in a row: 1,024 bytes stay inside a page.
    static let capacity: UInt64 = 32

    /// Rows of one level, the first of which may be in the store already.
    private struct Level {
        var first: UInt64
        var bytes: [UInt8]
        /// Bytes at the start that the store has.
        var stored: Int
    }

    private var levels: [Level] = []
    private static let rowBytes = Int(capacity) * Hash256.byteCount

    /// The last rows of a tree: those kept from the commit before if they are of this tree, else read.
    init(
        _ tree: MerkleFrontier, known: TreeRows?, of database: Database,
        _ transaction: borrowing WriteTransaction
    ) throws {
        if let known {
            self = known
            return
        }
        var count = tree.size
        while count > 0 {
            let row = count / Self.capacity
            let expected = Int(count % Self.capacity) * Hash256.byteCount
            var bytes: [UInt8] = []
            if expected > 0 {
                let key = Keys.treeRow(level: UInt8(levels.count), row: row)
                bytes = try transaction.value(database, key)?.copy() ?? []
                guard bytes.count == expected else {
                    throw FormatError(
                        "row \(row) of tree level \(levels.count) has \(bytes.count) bytes, "
                            + "expected \(expected)")
                }
            }
            levels.append(Level(first: row, bytes: bytes, stored: expected))
            count >>= 8
        }
    }

    /// Adds the next hash of a level.
    mutating func append(_ hash: Hash256, level: Int) {
        if level == levels.count { levels.append(Level(first: 0, bytes: [], stored: 0)) }
        hash.append(to: &levels[level].bytes)
    }

    /// Writes the rows that changed and keeps of each level the last one, for the next commit.
    mutating func write(
        to database: Database, _ transaction: inout WriteTransaction
    ) throws(LMDBError) {
        for index in levels.indices where levels[index].bytes.count > levels[index].stored {
            let level = levels[index]
            var (start, row) = (0, level.first)
            while start < level.bytes.count {
                let end = min(start + Self.rowBytes, level.bytes.count)
                let key = Keys.treeRow(level: UInt8(index), row: row)
                try transaction.put(database, key, level.bytes.rawSpan.extracting(start..<end))
                guard end - start == Self.rowBytes else { break }
                (start, row) = (end, row + 1)
            }
            levels[index].first = row
            levels[index].bytes.removeFirst(start)
            levels[index].stored = levels[index].bytes.count
        }
    }
}
