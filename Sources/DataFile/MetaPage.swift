/// One of the two pages that a file begins with: commit N writes page N mod 2 (`MDB_meta`).
///
/// ```
/// page header (16), magic (4), version (4), address (8), map size (8),
/// record of the free list (48), record of the main tree (48), last page (8), commit (8), zeros
/// ```
struct MetaPage: Equatable {
    static let byteCount = 152
    static let magic: UInt32 = 0xBEEF_C0DE
    static let version: UInt32 = 1
    /// The only flag of the record of the free list: its keys are integers (`MDB_INTEGERKEY`).
    static let integerKeys: UInt16 = 0x08
    /// Sizes that LMDB takes; the smallest is what our machines have.
    static let pageSizes: [Int] = [4_096, 8_192, 16_384, 32_768]

    let mapSize: UInt64
    let free: TreeRecord
    let main: TreeRecord
    let lastPage: UInt64
    /// LMDB's number of the commit; a copy begins anew at 1.
    let transaction: UInt64

    init(_ bytes: RawSpan) {
        mapSize = bytes.word64(32)
        free = TreeRecord(bytes, at: 40)
        main = TreeRecord(bytes, at: 88)
        lastPage = bytes.word64(136)
        transaction = bytes.word64(144)
    }

    /// The size of pages that the first meta page claims; nil if it is none.
    static func pageSize(_ bytes: RawSpan) -> Int? {
        guard bytes.byteCount >= byteCount, let size = Int(exactly: bytes.word32(40)),
            pageSizes.contains(size)
        else { return nil }
        return size
    }

    /// What keeps a page from being a meta page; nil if nothing does.
    ///
    /// The page was written whole once, zeros behind the fields; a commit rewrites what follows the
    /// address.
    static func defect(in page: RawSpan, number: UInt64) -> String? {
        guard page.word32(16) == magic else { return "no magic number: this is no file of LMDB" }
        guard page.word32(20) == version else {
            return "the file has format \(page.word32(20)) of LMDB, known is \(version)"
        }
        guard page.word64(0) == number, page.word16(8) == 0, page.word16(10) == PageKind.meta,
            page.word32(12) == 0
        else { return "the header of a meta page is damaged" }
        guard page.word64(24) == 0 else { return "the file claims a fixed address" }
        guard page.isZero(byteCount..<page.byteCount) else {
            return "a meta page goes on where it should be zero"
        }
        let meta = MetaPage(page)
        guard meta.mapSize.nonzeroBitCount == 1, meta.mapSize >= UInt64(2 * page.byteCount) else {
            return "the map size \(meta.mapSize) is none"
        }
        guard meta.free.pad == UInt32(page.byteCount), meta.free.flags == integerKeys else {
            return "the page size or the flags of the file are damaged"
        }
        return nil
    }
}
