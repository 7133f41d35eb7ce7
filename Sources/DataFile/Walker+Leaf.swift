extension Walker {
    /// Checks the entries of a leaf whose slots and keys are sound, and the runs they lead to.
    mutating func checkLeaf(
        _ page: RawSpan, _ number: UInt64, count: Int, _ tree: inout Tree
    ) {
        tree.entries += UInt64(count)
        for index in 0..<count {
            let node = Node(page, at: Slots.offset(page, index))
            switch (node.flags, tree.kind) {
            case (0, .named), (0, .free), (NodeFlags.overflow, .named), (NodeFlags.overflow, .free):
                break
            case (NodeFlags.tree, .main):
                checkRecord(page, number, node, &tree)
                continue
            default:
                report.note(
                    number, "\(tree.name): entry \(index) has flags \(node.flags)")
                continue
            }
            guard let value = checkValue(page, number, node, index, &tree) else { continue }
            if case .free = tree.kind { checkFreeRecord(page, number, node, value) }
        }
        if case .free = tree.kind {
            let last = Node(page, at: Slots.offset(page, count - 1))
            newestFreeRecord = page.word64(last.key.lowerBound)
        }
    }

    /// A named tree's record in the main tree.
    private mutating func checkRecord(
        _ page: RawSpan, _ number: UInt64, _ node: Node, _ tree: inout Tree
    ) {
        guard node.valueBytes == TreeRecord.byteCount else {
            return report.note(number, "the record of a tree has \(node.valueBytes) bytes")
        }
        let name = String(decoding: page.bytes(node.key), as: UTF8.self)
        let record = TreeRecord(page, at: node.key.upperBound)
        tree.records.append((name, record, number))
    }

    /// Where a value lies in the file.
    struct Value {
        let offset: Int
        let count: Int
    }

    /// Largest entry that stays in its leaf, so that two fit on a page (`me_nodemax`).
    private var maximumNodeBytes: Int { (pageBytes - PageKind.headerBytes) / 2 & ~1 - 2 }

    /// Checks that a value lies where its length says; nil if it does not.
    private mutating func checkValue(
        _ page: RawSpan, _ number: UInt64, _ node: Node, _ index: Int, _ tree: inout Tree
    ) -> Value? {
        let isLarge = Node.headerBytes + node.keyBytes + node.valueBytes > maximumNodeBytes
        if node.flags == 0 {
            guard !isLarge else {
                report.note(number, "\(tree.name): entry \(index) is too large for its page")
                return nil
            }
            let offset = Int(number) * pageBytes + node.key.upperBound
            return Value(offset: offset, count: node.valueBytes)
        }
        // A value that is overwritten by a smaller one in its own commit keeps its pages.
        guard isLarge || !isInsertOnly(tree) else {
            report.note(number, "\(tree.name): the small value of entry \(index) has own pages")
            return nil
        }
        let first = page.word64(node.key.upperBound)
        return checkRun(first, for: node.valueBytes, from: number, index, &tree)
    }

    /// Checks where a run of overflow pages lies and what its header says.
    private mutating func checkRun(
        _ first: UInt64, for count: Int, from number: UInt64, _ index: Int, _ tree: inout Tree
    ) -> Value? {
        let needed = UInt64((PageKind.headerBytes - 1 + count) / pageBytes + 1)
        guard map.claim(first) == .granted else {
            report.note(
                number, "\(tree.name): entry \(index) leads to page \(first), which is not its own")
            return nil
        }
        let offset = Int(first) * pageBytes
        // The value itself is read by whoever knows what it means.
        guard let bytes = read(at: offset, count: PageKind.headerBytes, page: first) else {
            return nil
        }
        let page = bytes.raw
        let pages = UInt64(page.word32(12))
        guard page.word64(0) == first, page.word16(10) == PageKind.overflow,
            isInsertOnly(tree) ? pages == needed : pages >= needed
        else {
            report.note(first, "\(tree.name): the header of a value of \(count) bytes is damaged")
            return nil
        }
        guard pages == 1 || map.claim(first + 1, count: pages - 1) == .granted else {
            report.note(first, "\(tree.name): a run of \(pages) pages holds pages of others")
            return nil
        }
        let length = Int(pages) * pageBytes
        guard length <= fileBytes - offset else {
            report.note(first, "the file ends before the end of a value")
            return nil
        }
        tree.overflowPages += pages
        report.pages += Int(pages)
        report.bytes += length
        noteLive(run: offset, count: count, tree)
        return Value(offset: offset + PageKind.headerBytes, count: count)
    }
}
