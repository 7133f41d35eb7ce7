internal import SystemIO

/// The two meta pages of a file, checked against each other and against the file's length.
struct Heads {
    /// Both pages as they lie in the file.
    let bytes: [UInt8]
    /// The size of a page.
    let pageBytes: Int
    /// The file's length.
    let fileBytes: Int
    /// The newest meta page; nil if the pages are damaged.
    let newest: MetaPage?
    /// What is wrong with the pages; nil if nothing is.
    let defect: Defect?

    /// Damage after which nothing can be walked.
    struct Defect: Error {
        let page: UInt64?
        let message: String
    }

    init(_ file: FileReader) throws(SystemError) {
        var bytes: [UInt8] = []
        // A commit that writes its page while it is read leaves a mixture: two readings that agree
        // are none.
        for _ in 0..<100 {
            let size = MetaPage.pageSize(bytes.raw) ?? MetaPage.pageSizes[0]
            let again = try file.read(at: 0, count: 2 * size)
            if again == bytes { break }
            bytes = again
        }
        self.bytes = bytes
        pageBytes = MetaPage.pageSize(bytes.raw) ?? MetaPage.pageSizes[0]
        let length = try file.length()
        fileBytes = length
        do throws(Defect) {
            newest = try Self.check(bytes.raw, pageBytes, length: length)
            defect = nil
        } catch {
            newest = nil
            defect = error
        }
    }

    private static func check(
        _ bytes: RawSpan, _ pageBytes: Int, length: Int
    ) throws(Defect) -> MetaPage {
        guard length > 0 else { throw Defect(page: nil, message: "the file is empty") }
        guard bytes.byteCount == 2 * pageBytes else {
            throw Defect(page: nil, message: "the file has \(length) bytes, fewer than two pages")
        }
        for number in 0..<2 {
            let page = bytes.extracting(number * pageBytes..<(number + 1) * pageBytes)
            if let defect = MetaPage.defect(in: page, number: UInt64(number)) {
                throw Defect(page: UInt64(number), message: defect)
            }
        }
        let pages = [
            MetaPage(bytes.extracting(0..<pageBytes)),
            MetaPage(bytes.extracting(pageBytes..<2 * pageBytes)),
        ]
        // The choice of LMDB itself (`mdb_env_pick_meta`).
        let newest = pages[0].transaction < pages[1].transaction ? 1 : 0
        try check(pages[newest], pages[1 - newest], number: UInt64(newest))
        try checkRoots(pages[newest], pageBytes, length: length, number: UInt64(newest))
        return pages[newest]
    }

    private static func check(
        _ new: MetaPage, _ old: MetaPage, number: UInt64
    ) throws(Defect) {
        let isFresh = new.transaction == 0 && old.transaction == 0
        guard isFresh || (new.transaction % 2 == number && old.transaction == new.transaction - 1)
        else {
            throw Defect(
                page: number,
                message: "the meta pages are of commits \(new.transaction) and "
                    + "\(old.transaction) of LMDB, which do not follow each other")
        }
        // Both only grow: a process with less address space maps less, but writes what was there.
        guard old.mapSize <= new.mapSize, old.lastPage <= new.lastPage else {
            throw Defect(
                page: number, message: "the older meta page claims a larger file than the newer")
        }
    }

    private static func checkRoots(
        _ meta: MetaPage, _ pageBytes: Int, length: Int, number: UInt64
    ) throws(Defect) {
        guard meta.lastPage >= 1, meta.lastPage < meta.mapSize / UInt64(pageBytes) else {
            throw Defect(
                page: number, message: "\(meta.lastPage) is claimed to be the last page")
        }
        let records = [
            (meta.main, UInt32(0), UInt16(0)),
            (meta.free, UInt32(pageBytes), MetaPage.integerKeys),
        ]
        for (record, pad, flags) in records {
            if let defect = record.defect(pad: pad, flags: flags) {
                throw Defect(page: number, message: defect)
            }
            guard record.root != TreeRecord.noPage else { continue }
            guard record.root >= 2, record.root <= meta.lastPage else {
                throw Defect(
                    page: number, message: "\(record.root) is claimed to be the root of a tree")
            }
            guard record.root < UInt64(length / pageBytes) else {
                throw Defect(
                    page: record.root,
                    message: "the file was cut: it has \(length) bytes, the page lies behind them")
            }
        }
    }
}
