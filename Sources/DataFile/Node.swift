/// An entry of a branch or leaf page (`MDB_node`), header only.
///
/// ```
/// leaf:   <-- 4 -->    <- 2 -> <- 2 -> key, value or page number (8)
///         | value's   | flags | key's |
///         |  length   |       | length|
/// branch: <------- 6 -------> <- 2 -> key
///         | child's page     | key's |
/// ```
struct Node {
    static let headerBytes = 8

    /// Where the entry begins in its page.
    let offset: Int
    let valueBytes: Int
    let flags: UInt16
    let keyBytes: Int

    /// Reads the header at an offset; eight bytes must be there.
    @inline(__always)
    init(_ page: RawSpan, at offset: Int) {
        self.offset = offset
        valueBytes = Int(page.word32(offset))
        flags = page.word16(offset + 4)
        keyBytes = Int(page.word16(offset + 6))
    }

    /// The child of a branch: 48 bits.
    var child: UInt64 { UInt64(valueBytes) | UInt64(flags) << 32 }

    /// Where the key lies.
    var key: Range<Int> {
        let start = offset + Self.headerBytes
        return start..<start + keyBytes
    }

    /// Bytes behind the key in a leaf.
    var inlineBytes: Int { flags == NodeFlags.overflow ? 8 : valueBytes }
}
