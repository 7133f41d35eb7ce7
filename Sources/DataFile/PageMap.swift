/// Which pages were met: a bit for each.
///
/// 32 MiB for the largest map, a terabyte of 4 KiB pages.
struct PageMap {
    /// The last page of the file, as the newest meta page has it.
    let last: UInt64
    private var words: [UInt64]

    /// - Precondition: `last` is below the map's size, which bounds the memory taken here.
    init(last: UInt64) {
        self.last = last
        words = [UInt64](repeating: 0, count: Int(last / 64) + 1)
        words[0] = 0b11  // the meta pages
    }

    /// What became of a claim.
    enum Claim {
        case granted
        case outside
        case taken
    }

    /// Marks a run of pages as met, all of them or none.
    mutating func claim(_ first: UInt64, count: UInt64 = 1) -> Claim {
        guard count > 0, first >= 2, first <= last, count <= last - first + 1 else {
            return .outside
        }
        for page in first..<first + count where isMet(page) { return .taken }
        for page in first..<first + count { words[Int(page / 64)] |= 1 << (page % 64) }
        return .granted
    }

    /// The first runs of pages that were not met.
    func gaps(limit: Int) -> [ClosedRange<UInt64>] {
        var gaps: [ClosedRange<UInt64>] = []
        var start: UInt64?
        var page: UInt64 = 0
        while page <= last, gaps.count < limit {
            let word = words[Int(page / 64)]
            if page.isMultiple(of: 64), word == (start == nil ? .max : 0) {
                page += 64
                continue
            }
            if isMet(page) {
                if let first = start { gaps.append(first...page - 1) }
                start = nil
            } else if start == nil {
                start = page
            }
            page += 1
        }
        if let start, gaps.count < limit { gaps.append(start...last) }
        return gaps
    }

    private func isMet(_ page: UInt64) -> Bool {
        words[Int(page / 64)] & 1 << (page % 64) != 0
    }
}
