internal import Digest

/// The gapless order of all events of a store, from 1. Local: another store numbers anew.
public struct GlobalPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number; 0 stands before the first event.
    public var number: UInt64

    /// The position with this number.
    @inlinable public init(_ number: UInt64) { self.number = number }

    /// Before the first event.
    public static let start = GlobalPosition(0)

    /// By number.
    @inlinable public static func < (left: Self, right: Self) -> Bool { left.number < right.number }

    /// The number as text.
    public var description: String { String(number) }
}

/// How many events a stream holds; the version of an event is the count up to and with it.
public struct StreamVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The count; 0 is a stream without events.
    public var number: UInt64

    /// The version with this number.
    @inlinable public init(_ number: UInt64) { self.number = number }

    /// A stream without events.
    public static let none = StreamVersion(0)

    /// The version after this one.
    @inlinable public var next: StreamVersion { StreamVersion(number + 1) }

    /// By number.
    @inlinable public static func < (left: Self, right: Self) -> Bool { left.number < right.number }

    /// The number as text.
    public var description: String { String(number) }
}

/// The name of a stream, the history of one thing: `binance/BTC-USDT:USDT/1m/candles`.
public struct StreamID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// Most bytes of a name; it stands in keys, which LMDB bounds at 511.
    public static let maximumBytes = 255

    /// A name of 1 … 255 printable ASCII characters without blanks; nil if it is something else.
    public init?(_ name: String) {
        guard (1...Self.maximumBytes).contains(name.utf8.count),
            name.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        description = name
    }

    /// By the bytes of the name.
    public static func < (left: Self, right: Self) -> Bool {
        left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
    }
}

/// 16 bytes that name an event; derived from its content, so that a retry is recognised.
public struct EventID: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    let high: UInt64
    let low: UInt64

    /// Number of bytes.
    public static let byteCount = 16

    /// "No event": the causation of a first cause.
    public static let none = EventID(high: 0, low: 0)

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The first 16 bytes of `bytes`.
    public init(_ bytes: RawSpan) {
        high = bytes.load(UInt64.self, at: 0)
        low = bytes.load(UInt64.self, at: 8)
    }

    /// The first 16 bytes of a hash.
    init(_ hash: Hash256) {
        (high, low, _, _) = hash.words
    }

    /// Appends the 16 bytes.
    public func append(to buffer: inout [UInt8]) {
        buffer.append(littleEndian: high)
        buffer.append(littleEndian: low)
    }

    /// 32 hexadecimal digits.
    public var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes.hexadecimal
    }
}

extension [UInt8] {
    /// Two lower-case hexadecimal digits a byte.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
