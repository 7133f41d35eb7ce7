/// The flags in a page's header. A page on the disk has exactly one of these.
enum PageKind {
    static let branch: UInt16 = 0x01
    static let leaf: UInt16 = 0x02
    static let overflow: UInt16 = 0x04
    static let meta: UInt16 = 0x08

    /// Bytes of the header: number (8), pad (2), flags (2), then lower and upper bound (2 each), or
    /// the count of pages of an overflow run (4).
    static let headerBytes = 16
}

/// The flags of an entry in a leaf.
enum NodeFlags {
    /// The value lies on pages of its own; the entry holds their first number.
    static let overflow: UInt16 = 0x01
    /// The value is the record of a named tree.
    static let tree: UInt16 = 0x02
}
