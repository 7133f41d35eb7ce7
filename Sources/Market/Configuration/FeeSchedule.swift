/// Which fee an exchange charged on which day: data inside the configuration, not code.
public struct FeeSchedule: Equatable, Sendable {
    /// A fee from a day on, until the next one of the same exchange.
    public struct Entry: Equatable, Sendable {
        /// The exchange, lower case.
        public var exchange: String
        /// The first UTC day on which it holds.
        public var from: UTCDay
        /// Fee of an order that rests in the book, in basis points.
        public var makerBps: Double
        /// Fee of an order that takes from the book, in basis points.
        public var takerBps: Double

        /// An entry.
        public init(exchange: String, from: UTCDay, makerBps: Double, takerBps: Double) {
            self.exchange = exchange
            self.from = from
            self.makerBps = makerBps
            self.takerBps = takerBps
        }
    }

    /// All entries, sorted by exchange and day.
    public let entries: [Entry]
    /// The fee before an exchange's first entry and for an unknown exchange, in basis points.
    public let defaultBps: Double

    /// A schedule; the entries may come in any order.
    public init(entries: [Entry], defaultBps: Double) {
        self.entries = entries.sorted { ($0.exchange, $0.from) < ($1.exchange, $1.from) }
        self.defaultBps = defaultBps
    }

    /// The schedule of semantics.md: binance, coinbase and kraken since 2020.
    public static let standard = FeeSchedule(
        entries: [
            Entry(
                exchange: "binance", from: UTCDay(year: 2020, month: 1, day: 1), makerBps: 10,
                takerBps: 10),
            Entry(
                exchange: "binance", from: UTCDay(year: 2023, month: 1, day: 1), makerBps: 2,
                takerBps: 8),
            Entry(
                exchange: "binance", from: UTCDay(year: 2024, month: 7, day: 1), makerBps: 2,
                takerBps: 6),
            Entry(
                exchange: "coinbase", from: UTCDay(year: 2020, month: 1, day: 1), makerBps: 5,
                takerBps: 5),
            Entry(
                exchange: "kraken", from: UTCDay(year: 2020, month: 1, day: 1), makerBps: 4,
                takerBps: 10),
        ], defaultBps: 8)

    /// The fee in basis points at a moment (milliseconds UTC).
    ///
    /// - Complexity: O(entries); a labeller uses ``FeeTable`` instead.
    public func fee(exchange: String, at time: Int64, maker: Bool) -> Double {
        let day = UTCDay(of: time)
        guard let entry = entries.last(where: { $0.exchange == exchange && $0.from <= day }) else {
            return defaultBps
        }
        return maker ? entry.makerBps : entry.takerBps
    }
}
