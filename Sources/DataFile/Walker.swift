internal import SystemIO

/// One walk through the pages of one commit.
///
/// Every page of a tree is read once; a page that is met a second time is a finding, so that cycles
/// end. Levels are bounded by the record's depth, at most 32.
struct Walker {
    let file: FileReader
    let pageBytes: Int
    /// The file's length; LMDB never cuts it.
    let fileBytes: Int
    /// Trees whose entries are never deleted: stricter rules hold there.
    let insertOnly: Set<String>
    var map: PageMap
    var report = DataFileReport()
    /// Where live bytes lie; nil if nobody asks.
    var live: [LiveRange]?
    var slots: Slots
    /// The key of the last record of the free list.
    var newestFreeRecord: UInt64?

    /// Longest key (`MDB_MAXKEYSIZE`).
    static let maximumKeyBytes = 511
    /// Bytes of a record of the free list that are read at once.
    static let windowBytes = 1 << 20

    init(_ file: FileReader, _ heads: Heads, meta: MetaPage, insertOnly: Set<String>) {
        self.file = file
        pageBytes = heads.pageBytes
        fileBytes = heads.fileBytes
        self.insertOnly = insertOnly
        map = PageMap(last: meta.lastPage)
        slots = Slots(pageBytes: pageBytes)
    }

    /// Walks both trees of a meta page and what hangs on them, then counts the pages.
    mutating func run(_ meta: MetaPage) {
        walk(meta.main, Tree(name: "main tree", kind: .main))
        walk(meta.free, Tree(name: "free list", kind: .free))
        // Every commit but a file's first gives up the main tree's old root.
        if report.isClean, let newest = newestFreeRecord, newest != meta.transaction {
            report.note(
                nil,
                "free list: its newest record is of commit \(newest) of LMDB, the newest commit is "
                    + "\(meta.transaction)")
        }
        // After other damage pages are missed because nothing led to them.
        guard report.isClean else { return }
        for gap in map.gaps(limit: DataFileReport.maximumFindings) {
            let pages =
                gap.count == 1 ? "the page is" : "the pages up to \(gap.upperBound) are"
            report.note(gap.lowerBound, "\(pages) neither used nor on the free list")
        }
    }

    /// A tree on its way through the walk.
    struct Tree {
        enum Kind {
            case main
            case free
            case named
        }

        let name: String
        let kind: Kind
        var branchPages: UInt64 = 0
        var leafPages: UInt64 = 0
        var overflowPages: UInt64 = 0
        var entries: UInt64 = 0
        /// Named trees found in the main one, walked when it was.
        var records: [(name: String, record: TreeRecord, page: UInt64)] = []

        var order: KeyOrder {
            kind == .free ? .integers : .bytes
        }
    }

    private mutating func walk(_ record: TreeRecord, _ tree: Tree) {
        guard record.root != TreeRecord.noPage else { return }
        var tree = tree
        let before = report.findingCount
        let bounds = Bounds(lower: nil, upper: nil)
        visit(record.root, level: 1, of: record.depth, bounds, &tree)
        report.entries += Int(tree.entries)
        // After other damage the counts differ because something was not read.
        if report.findingCount == before {
            check(record, tree)
        }
        for named in tree.records {
            guard let defect = named.record.defect(pad: 0, flags: 0) else {
                report.databases.append(named.name)
                walk(named.record, Tree(name: named.name, kind: .named))
                continue
            }
            report.note(named.page, "\(named.name): \(defect)")
        }
    }

    private mutating func check(_ record: TreeRecord, _ tree: Tree) {
        let counts = [
            ("branch pages", record.branchPages, tree.branchPages),
            ("leaf pages", record.leafPages, tree.leafPages),
            ("overflow pages", record.overflowPages, tree.overflowPages),
            ("entries", record.entries, tree.entries),
        ]
        for (what, recorded, found) in counts where recorded != found {
            report.note(nil, "\(tree.name): its record counts \(recorded) \(what), found \(found)")
        }
    }

    /// The keys between which the keys of a page must lie.
    struct Bounds {
        /// The separator that leads here; nil along the left edge.
        let lower: [UInt8]?
        /// The separator that leads to the right neighbour; nil along the right edge.
        let upper: [UInt8]?
    }

    /// Reads a page of a tree and everything below it.
    mutating func visit(
        _ number: UInt64, level: Int, of depth: Int, _ bounds: Bounds, _ tree: inout Tree
    ) {
        switch map.claim(number) {
        case .granted: break
        case .outside:
            return report.note(number, "\(tree.name): a page that the file does not have is used")
        case .taken: return report.note(number, "\(tree.name): the page is used twice")
        }
        guard let bytes = read(number) else { return }
        let isLeaf = level == depth
        let page = bytes.raw
        if isLeaf { tree.leafPages += 1 } else { tree.branchPages += 1 }
        if let defect = headerDefect(page, number, isLeaf: isLeaf) {
            return report.note(number, "\(tree.name): \(defect)")
        }
        guard let count = slots.count(page), count > 0 else {
            return report.note(number, "\(tree.name): the bounds in the header are impossible")
        }
        if let defect = slots.defect(in: page, count: count, isLeaf: isLeaf)
            ?? keysDefect(page, count: count, isLeaf: isLeaf, bounds, tree)
        {
            return report.note(number, "\(tree.name): \(defect)")
        }
        noteLive(page, number, count: count, isLeaf: isLeaf, tree)
        if isLeaf {
            checkLeaf(page, number, count: count, &tree)
        } else {
            for child in children(page, count: count, bounds) {
                visit(child.page, level: level + 1, of: depth, child.bounds, &tree)
            }
        }
    }

    private func headerDefect(_ page: RawSpan, _ number: UInt64, isLeaf: Bool) -> String? {
        guard page.word64(0) == number else {
            return "the page says that it is page \(page.word64(0))"
        }
        let flags = page.word16(10)
        let expected = isLeaf ? PageKind.leaf : PageKind.branch
        guard flags == expected else {
            return "the page has flags \(flags), expected \(expected)"
        }
        return nil
    }

    /// The children of a branch page with the bounds of their keys.
    private func children(
        _ page: RawSpan, count: Int, _ bounds: Bounds
    ) -> [(page: UInt64, bounds: Bounds)] {
        var children: [(page: UInt64, bounds: Bounds)] = []
        children.reserveCapacity(count)
        var lower = bounds.lower
        for index in 0..<count {
            var upper = bounds.upper
            if index + 1 < count {
                let next = Node(page, at: Slots.offset(page, index + 1))
                upper = page.bytes(next.key)
            }
            let node = Node(page, at: Slots.offset(page, index))
            children.append((node.child, Bounds(lower: lower, upper: upper)))
            lower = upper
        }
        return children
    }

    /// Reads a page; one that cannot be read is a finding.
    mutating func read(_ number: UInt64) -> [UInt8]? {
        // A page number is below 2^48, the map's size at most 2^63: no overflow.
        let (offset, overflow) = Int(clamping: number).multipliedReportingOverflow(by: pageBytes)
        guard !overflow else {
            report.note(number, "the page lies beyond the end of the file")
            return nil
        }
        return read(at: offset, count: pageBytes, page: number)
    }

    /// Reads bytes of a page or of a run of pages.
    mutating func read(at offset: Int, count: Int, page: UInt64) -> [UInt8]? {
        do throws(SystemError) {
            let bytes = try file.read(at: offset, count: count)
            guard bytes.count == count else {
                report.note(page, "the file ends before the end of the page")
                return nil
            }
            report.pages += count / pageBytes
            report.bytes += count
            return bytes
        } catch {
            report.note(page, error.description)
            return nil
        }
    }
}
