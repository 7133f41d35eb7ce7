extension Walker {
    /// What is wrong with the keys of a page: their lengths, their order, or that they do not lie
    /// between the separators that lead here; nil if nothing is.
    func keysDefect(
        _ page: RawSpan, count: Int, isLeaf: Bool, _ bounds: Bounds, _ tree: Tree
    ) -> String? {
        let order = tree.order
        let first = isLeaf ? 0 : 1
        if !isLeaf {
            // Two children at least; LMDB may leave the free list with one (ITS#8336).
            if count < 2, order == .bytes { return "a branch has a single child" }
            guard Node(page, at: Slots.offset(page, 0)).keyBytes == 0 else {
                return "the first entry of a branch has a key"
            }
        }
        guard first < count else { return nil }
        var previous = Node(page, at: Slots.offset(page, first))
        for index in first..<count {
            let node = Node(page, at: Slots.offset(page, index))
            guard Self.fits(node.keyBytes, order) else {
                return "entry \(index) has a key of \(node.keyBytes) bytes"
            }
            if index > first {
                let (left, right) = (page.extracting(previous.key), page.extracting(node.key))
                guard order.compare(left, right) < 0 else {
                    return "the key of entry \(index) is not above the one before it"
                }
            }
            previous = node
        }
        return boundsDefect(page, first: first, last: count - 1, isLeaf: isLeaf, bounds, tree)
    }

    private static func fits(_ bytes: Int, _ order: KeyOrder) -> Bool {
        order == .integers ? bytes == 8 : (1...maximumKeyBytes).contains(bytes)
    }

    private func boundsDefect(
        _ page: RawSpan, first: Int, last: Int, isLeaf: Bool, _ bounds: Bounds, _ tree: Tree
    ) -> String? {
        if let lower = bounds.lower {
            let key = page.extracting(Node(page, at: Slots.offset(page, first)).key)
            let difference = tree.order.compare(lower.raw, key)
            guard isLeaf ? difference <= 0 : difference < 0 else {
                return "a key lies below the separator that leads to the page"
            }
            // A separator was the first key behind it when it was made, and stays so where nothing
            // is deleted.
            if isLeaf, difference != 0, isInsertOnly(tree) {
                return "the separator that leads to the page is not its first key"
            }
        }
        if let upper = bounds.upper {
            let key = page.extracting(Node(page, at: Slots.offset(page, last)).key)
            guard tree.order.compare(key, upper.raw) < 0 else {
                return "a key lies above the separator that leads to the next page"
            }
        }
        return nil
    }

    /// Whether a tree only ever grows.
    func isInsertOnly(_ tree: Tree) -> Bool {
        switch tree.kind {
        case .named: insertOnly.contains(tree.name)
        case .main, .free: false
        }
    }
}
