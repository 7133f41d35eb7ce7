/// Which pages were met: a bit for each.
///
/// Memory is taken only around pages that were met: the file itself says how many there are, and a
/// damaged one may say anything.
struct PageMap {
    /// The last page of the file, as the newest meta page has it.
    let last: UInt64
    /// The bits of 4,096 pages each, by the number of the chunk.
    private var chunks: [UInt64: [UInt64]]

    private static let chunkPages: UInt64 = 4_096
    private static let none = [UInt64](repeating: 0, count: Int(chunkPages / 64))

    init(last: UInt64) {
        self.last = last
        chunks = [0: Self.none]
        chunks[0]![0] = 0b11  // the meta pages
    }

    /// What became of a claim.
    enum Claim {
        case granted
        case outside
        case taken
    }

    /// Marks a run of pages as met, all of them or none.
    ///
    /// - Complexity: O(count).
    mutating func claim(_ first: UInt64, count: UInt64 = 1) -> Claim {
        guard count > 0, first >= 2, first <= last, count <= last - first + 1 else {
            return .outside
        }
        for page in first..<first + count where isMet(page) { return .taken }
        for page in first..<first + count {
            let word = Int(page % Self.chunkPages / 64)
            chunks[page / Self.chunkPages, default: Self.none][word] |= 1 << (page % 64)
        }
        return .granted
    }

    /// The first runs of pages that were not met.
    ///
    /// - Complexity: O(pages met).
    func gaps(limit: Int) -> [ClosedRange<UInt64>] {
        var gaps: [ClosedRange<UInt64>] = []
        /// The page behind the last one met.
        var next: UInt64 = 0
        for number in chunks.keys.sorted() {
            for (index, word) in chunks[number]!.enumerated() {
                var rest = word
                while rest != 0 {
                    let bit = UInt64(rest.trailingZeroBitCount)
                    let page = number * Self.chunkPages + UInt64(index) * 64 + bit
                    rest &= rest - 1
                    if page > next { gaps.append(next...page - 1) }
                    guard gaps.count < limit else { return gaps }
                    next = page + 1
                }
            }
        }
        if next <= last { gaps.append(next...last) }
        return gaps
    }

    private func isMet(_ page: UInt64) -> Bool {
        guard let words = chunks[page / Self.chunkPages] else { return false }
        return words[Int(page % Self.chunkPages / 64)] & 1 << (page % 64) != 0
    }
}
