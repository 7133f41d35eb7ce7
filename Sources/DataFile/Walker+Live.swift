/// Where the bytes lie that somebody answers for; only tests ask.
///
/// Not among them: pads, slack, the byte that makes an entry's length even, the tail of overflow
/// runs, and numbers that may change without harm: separators where keys were deleted, and keys of
/// the free list in their order.
extension Walker {
    private func add(
        _ range: Range<Int>, at start: Int, _ keeper: LiveRange.Keeper,
        to live: inout [LiveRange]
    ) {
        guard !range.isEmpty else { return }
        live.append(
            LiveRange(offset: start + range.lowerBound, count: range.count, keeper: keeper))
    }

    /// A page of a tree, values on overflow pages apart.
    mutating func noteLive(
        _ page: RawSpan, _ number: UInt64, count: Int, isLeaf: Bool, _ tree: Tree
    ) {
        guard var live else { return }
        self.live = nil
        let start = Int(number) * pageBytes
        add(0..<8, at: start, .walk, to: &live)
        add(10..<PageKind.headerBytes + 2 * count, at: start, .walk, to: &live)
        for index in 0..<count {
            let node = Node(page, at: Slots.offset(page, index))
            let header = node.offset..<node.key.lowerBound
            guard isLeaf else {
                add(header, at: start, .walk, to: &live)
                if isInsertOnly(tree) { add(node.key, at: start, .walk, to: &live) }
                continue
            }
            let value = node.key.upperBound..<node.key.upperBound + node.inlineBytes
            switch tree.kind {
            case .free:
                let isLarge = node.flags == NodeFlags.overflow
                add(header.dropFirst(isLarge ? 4 : 0), at: start, .walk, to: &live)
                if isLarge { add(value, at: start, .walk, to: &live) }
            case .main:
                add(header, at: start, .walk, to: &live)
                let name = String(decoding: page.bytes(node.key), as: UTF8.self)
                add(node.key, at: start, .tree(name), to: &live)
                add(value, at: start, .walk, to: &live)
            case .named:
                add(header.lowerBound..<node.key.upperBound, at: start, .tree(tree.name), to: &live)
                let isLarge = node.flags == NodeFlags.overflow
                add(value, at: start, isLarge ? .walk : .tree(tree.name), to: &live)
            }
        }
        self.live = live
    }

    /// A value on overflow pages; those of the free list are noted with their record.
    mutating func noteLive(run start: Int, count: Int, _ tree: Tree) {
        guard var live else { return }
        self.live = nil
        add(0..<8, at: start, .walk, to: &live)
        add(10..<PageKind.headerBytes, at: start, .walk, to: &live)
        if tree.kind == .named {
            let value = PageKind.headerBytes..<PageKind.headerBytes + count
            add(value, at: start, .tree(tree.name), to: &live)
        }
        self.live = live
    }

    /// The count and the numbers of a record of the free list.
    mutating func noteLive(freeRecord value: Value, used: Int) {
        guard var live else { return }
        self.live = nil
        add(0..<8 * (used + 1), at: value.offset, .walk, to: &live)
        self.live = live
    }

    /// The meta pages: of the older one not what it says of its trees.
    mutating func noteLive(newest: UInt64) {
        guard var live else { return }
        self.live = nil
        let (new, old) = (Int(newest % 2) * pageBytes, Int((newest + 1) % 2) * pageBytes)
        add(0..<pageBytes, at: new, .walk, to: &live)
        for range in [0..<46, 144..<pageBytes] { add(range, at: old, .walk, to: &live) }
        self.live = live
    }
}
