/// The name of a tag: 1 … 64 letters, digits, `.`, `_` and `-`, not digits alone.
///
/// Digits alone would be taken for a position.
public struct TagName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// Most bytes of a name.
    public static let maximumBytes = 64

    /// A name; nil if it is something else.
    public init?(_ name: String) {
        guard (1...Self.maximumBytes).contains(name.utf8.count),
            name.utf8.allSatisfy(Self.isLetter),
            !name.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        description = name
    }

    /// By the bytes of the name.
    public static func < (left: Self, right: Self) -> Bool {
        left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
