/// The unit of the stamps of a file. Binance's spot files changed theirs in 2025.
enum StampUnit: UInt64, CaseIterable {
    case milliseconds = 1
    case microseconds = 1_000
    case nanoseconds = 1_000_000

    /// 2000-01-01 and 2200-01-01 in milliseconds: between them no stamp fits two units.
    static let sane: Range<UInt64> = 946_684_800_000..<7_258_118_400_000

    /// The stamps of this unit that lie in sane years.
    @inline(__always) var range: Range<UInt64> {
        Self.sane.lowerBound * rawValue..<Self.sane.upperBound * rawValue
    }

    /// The unit in which a stamp lies in sane years, or nil.
    init?(of stamp: UInt64) {
        guard let unit = Self.allCases.first(where: { $0.range.contains(stamp) }) else {
            return nil
        }
        self = unit
    }

    /// The name in messages.
    var name: String {
        switch self {
        case .milliseconds: "milliseconds"
        case .microseconds: "microseconds"
        case .nanoseconds: "nanoseconds"
        }
    }
}
