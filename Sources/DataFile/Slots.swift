/// Checks that the entries of a page lie side by side from its upper bound to its end.
///
/// LMDB closes the gap whenever it takes an entry out, so that nothing lies between two entries
/// but the byte that makes an odd length even.
struct Slots {
    /// Marks of where entries begin and end, a bit for two bytes.
    private var starts: [UInt64]
    private var ends: [UInt64]
    private let pageBytes: Int

    init(pageBytes: Int) {
        self.pageBytes = pageBytes
        let words = pageBytes / 128 + 1
        starts = [UInt64](repeating: 0, count: words)
        ends = starts
    }

    /// How many entries a page has, by its header; nil if the bounds are impossible.
    func count(_ page: RawSpan) -> Int? {
        let (lower, upper) = (Int(page.word16(12)), Int(page.word16(14)))
        guard lower >= PageKind.headerBytes, lower <= upper, upper <= pageBytes,
            lower.isMultiple(of: 2), upper.isMultiple(of: 2)
        else { return nil }
        return (lower - PageKind.headerBytes) / 2
    }

    /// Where an entry begins.
    @inline(__always)
    static func offset(_ page: RawSpan, _ index: Int) -> Int {
        Int(page.word16(PageKind.headerBytes + 2 * index))
    }

    /// What is wrong with the places and lengths of a page's entries; nil if nothing is.
    mutating func defect(in page: RawSpan, count: Int, isLeaf: Bool) -> String? {
        let upper = Int(page.word16(14))
        for index in starts.indices {
            starts[index] = 0
            ends[index] = 0
        }
        for index in 0..<count {
            let offset = Self.offset(page, index)
            guard offset.isMultiple(of: 2), offset >= upper,
                offset + Node.headerBytes <= pageBytes
            else { return "entry \(index) lies at \(offset), outside the page's entries" }
            let node = Node(page, at: offset)
            let length = Node.headerBytes + node.keyBytes + (isLeaf ? node.inlineBytes : 0)
            let end = offset + (length + 1) & ~1
            guard end <= pageBytes else { return "entry \(index) reaches beyond the page" }
            guard Self.mark(offset, in: &starts), Self.mark(end, in: &ends) else {
                return "entry \(index) overlaps another"
            }
        }
        // A chain from the upper bound to the end: every end but the last is a beginning.
        guard Self.mark(pageBytes, in: &starts), Self.mark(upper, in: &ends) || count == 0,
            starts == ends
        else { return "the entries do not fill the page from its upper bound to its end" }
        return nil
    }

    /// Sets a mark; false if it was set.
    @inline(__always)
    private static func mark(_ offset: Int, in words: inout [UInt64]) -> Bool {
        let (word, bit) = (offset / 128, UInt64(1) << UInt64(offset / 2 % 64))
        let isNew = words[word] & bit == 0
        words[word] |= bit
        return isNew
    }
}
