/// What LMDB keeps of one tree (`MDB_db`): 48 bytes in a meta page or in the main database.
///
/// ```
/// <- 4 -> <- 2 -> <- 2 -> <--- 8 ---> <-- 8 --> <--- 8 ----> <-- 8 --> <- 8 ->
/// | pad  | flags | depth | branches  | leaves  | overflow   | entries | root |
/// ```
struct TreeRecord: Equatable {
    static let byteCount = 48
    /// The root of a tree without entries.
    static let noPage = UInt64.max
    /// More levels than any tree has: LMDB's cursors stop here (`CURSOR_STACK`).
    static let maximumDepth = 32

    /// Unused; the page size in the record of the free list.
    let pad: UInt32
    let flags: UInt16
    let depth: Int
    let branchPages: UInt64
    let leafPages: UInt64
    let overflowPages: UInt64
    let entries: UInt64
    let root: UInt64

    /// Reads the record at an offset.
    init(_ bytes: RawSpan, at offset: Int) {
        pad = bytes.word32(offset)
        flags = bytes.word16(offset + 4)
        depth = Int(bytes.word16(offset + 6))
        branchPages = bytes.word64(offset + 8)
        leafPages = bytes.word64(offset + 16)
        overflowPages = bytes.word64(offset + 24)
        entries = bytes.word64(offset + 32)
        root = bytes.word64(offset + 40)
    }

    /// What keeps the record from being one; nil if nothing does.
    func defect(pad: UInt32, flags: UInt16) -> String? {
        guard self.pad == pad, self.flags == flags else {
            return "the record of a tree has flags \(self.flags) and pad \(self.pad)"
        }
        if root == Self.noPage {
            guard depth == 0, branchPages == 0, leafPages == 0, overflowPages == 0, entries == 0
            else { return "the record of an empty tree counts pages or entries" }
            return nil
        }
        guard (1...Self.maximumDepth).contains(depth) else {
            return "the record of a tree claims \(depth) levels"
        }
        return nil
    }
}
