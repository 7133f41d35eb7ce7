extension Walker {
    /// Checks a record of the free list: how many pages, then their numbers, descending (`MDB_IDL`).
    ///
    /// A record may have more room than it uses.
    mutating func checkFreeRecord(
        _ page: RawSpan, _ number: UInt64, _ node: Node, _ value: Value
    ) {
        guard page.word64(node.key.lowerBound) > 0, value.count >= 8, value.count.isMultiple(of: 8)
        else {
            return report.note(number, "free list: a record has \(value.count) bytes")
        }
        let before = report.freePages
        var previous = UInt64.max
        var left: UInt64?
        var done = 0
        while done < value.count, left != 0 {
            let window = min(Self.windowBytes, value.count - done)
            guard let bytes = peek(value.offset + done, window, page: number) else { return }
            let words = bytes.raw
            for offset in stride(from: 0, to: window, by: 8) where left != 0 {
                let word = words.word64(offset)
                guard let remaining = left else {
                    guard word <= UInt64(value.count / 8 - 1) else {
                        return report.note(
                            number, "free list: a record of \(value.count) bytes counts \(word)")
                    }
                    left = word
                    continue
                }
                guard word < previous, map.claim(word) == .granted else {
                    return report.note(
                        number, "free list: page \(word) is out of order, in use or not there")
                }
                previous = word
                left = remaining - 1
                report.freePages += 1
            }
            done += window
        }
        noteLive(freeRecord: value, used: report.freePages - before)
    }

    /// Reads bytes again that were counted when their page was read.
    private mutating func peek(_ offset: Int, _ count: Int, page: UInt64) -> [UInt8]? {
        let (pages, total) = (report.pages, report.bytes)
        defer { (report.pages, report.bytes) = (pages, total) }
        return read(at: offset, count: count, page: page)
    }
}
