public import Digest

/// Rows of one UTC day as columns, read in place.
///
/// ```
/// <-- 4 --> <1> <1> <- 2 -> <---- 8 ----> <------- 32 -------> words × rows × 8   bytes × rows
/// | rows  | w | b | zero  | day's start | configuration hash | word columns ... | byte columns |
/// ```
/// The header has 48 bytes, so that words keep the alignment of the payload.
public struct ColumnPayload: ~Escapable {
    /// Bytes before the first column.
    public static let headerBytes = 48
    /// Most rows of a payload: the minutes of a day.
    public static let maximumRows = 1_440

    private let payload: RawSpan
    /// Number of rows, 1 … 1,440.
    public let rows: Int
    private let words: Int

    /// Reads a payload, checking every count against its length.
    @_lifetime(copy payload)
    public init(_ payload: RawSpan, layout: ColumnLayout) throws(FormatError) {
        guard payload.byteCount >= Self.headerBytes else {
            throw FormatError("columns have \(payload.byteCount) bytes, fewer than their header")
        }
        let rows = Int(payload.load(UInt32.self, at: 0))
        guard (1...Self.maximumRows).contains(rows) else {
            throw FormatError("a payload of columns claims \(rows) rows")
        }
        guard Int(payload.load(UInt8.self, at: 4)) == layout.words.count,
            Int(payload.load(UInt8.self, at: 5)) == layout.bytes.count,
            payload.load(UInt16.self, at: 6) == 0
        else { throw FormatError("a payload has other columns than its type") }
        let size = Self.headerBytes + rows * (layout.words.count * 8 + layout.bytes.count)
        guard payload.byteCount == size else {
            throw FormatError("\(rows) rows need \(size) bytes, there are \(payload.byteCount)")
        }
        let dayStart = payload.load(Int64.self, at: 8)
        guard Self.isDay(dayStart) else {
            throw FormatError("the day of a payload, \(dayStart) ms, starts at no midnight")
        }
        self.payload = payload
        self.rows = rows
        words = layout.words.count
    }

    static let dayMilliseconds: Int64 = 86_400_000

    /// Whether a time is a midnight whose day fits the key of the index of days.
    static func isDay(_ start: Int64) -> Bool {
        start % dayMilliseconds == 0 && Int32(exactly: start / dayMilliseconds) != nil
    }

    /// Midnight UTC of the rows' day, in milliseconds.
    public var dayStart: Int64 { payload.load(Int64.self, at: 8) }

    /// The day, counted from 1970-01-01.
    public var day: Int32 { Int32(dayStart / Self.dayMilliseconds) }

    /// The hash of the configuration that the rows depend on; zero if they depend on none.
    public var configuration: Hash256 { Hash256(payload.extracting(16..<48)) }

    /// A word as an integer.
    @inlinable public func integer(_ column: Int, _ row: Int) -> Int64 {
        Int64(bitPattern: word(column, row))
    }

    /// A word as a binary64.
    @inlinable public func number(_ column: Int, _ row: Int) -> Double {
        Double(bitPattern: word(column, row))
    }

    /// A word's bits.
    ///
    /// - Precondition: column and row exist; beyond the payload's end it traps.
    public func word(_ column: Int, _ row: Int) -> UInt64 {
        payload.load(UInt64.self, at: Self.headerBytes + (column * rows + row) * 8)
    }

    /// A single byte.
    public func byte(_ column: Int, _ row: Int) -> UInt8 {
        payload.load(UInt8.self, at: Self.headerBytes + rows * (words * 8 + column) + row)
    }
}

extension ColumnPayload {
    /// Writes a payload.
    ///
    /// - Parameters:
    ///   - dayStart: midnight UTC of all rows, in milliseconds.
    ///   - configuration: what the rows depend on; `.zero` for nothing.
    ///   - rows: 1 … 1,440.
    ///   - word: the bits of a column and a row.
    ///   - byte: the byte of a column and a row.
    /// - Complexity: O(rows × columns).
    public static func encode(
        layout: ColumnLayout, dayStart: Int64, configuration: Hash256 = .zero, rows: Int,
        word: (_ column: Int, _ row: Int) -> UInt64,
        byte: (_ column: Int, _ row: Int) -> UInt8 = { _, _ in 0 }
    ) -> [UInt8] {
        precondition((1...maximumRows).contains(rows), "a payload holds 1 to 1,440 rows")
        precondition(isDay(dayStart), "a day starts at midnight UTC")
        var payload: [UInt8] = []
        payload.reserveCapacity(
            headerBytes + rows * (layout.words.count * 8 + layout.bytes.count))
        payload.append(littleEndian: UInt32(rows))
        payload.append(UInt8(layout.words.count))
        payload.append(UInt8(layout.bytes.count))
        payload.append(littleEndian: UInt16(0))
        payload.append(littleEndian: dayStart)
        configuration.append(to: &payload)
        var words: [UInt64] = []
        words.reserveCapacity(rows * layout.words.count)
        for column in layout.words.indices {
            for row in 0..<rows { words.append(word(column, row).littleEndian) }
        }
        payload.append(littleEndianWords: words)
        for column in layout.bytes.indices {
            for row in 0..<rows { payload.append(byte(column, row)) }
        }
        return payload
    }
}
