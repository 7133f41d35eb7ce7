internal import CanonicalJSON
internal import EventFormat
internal import EventStorage
internal import Market

extension FuzzTarget {
    /// Texts that people write, and times that bytes hold: what is read is written as what reads the
    /// same, and every number has a text.
    static let texts = FuzzTarget(name: "texts") { (input) throws(Violation) in
        if input.count == 8 {
            let time = input.rawSpan.load(Int64.self, at: 0)
            try checkText(time, ofMicroseconds: UTCTime.text(microseconds: time))
            _ = UTCTime.text(milliseconds: time)
        }
        let text = String(decoding: input, as: UTF8.self)
        _ = TimePoint(text)
        if let time = UTCTime.microseconds(text) {
            try checkText(time, ofMicroseconds: UTCTime.text(microseconds: time))
        }
        if let day = UTCDay(text) {
            try require(UTCDay(day.description) == day, "\(day) reads as another day")
        }
        if let timeframe = Timeframe(text) {
            try require(Timeframe(timeframe.description) == timeframe, "\(timeframe) changes")
        }
        if let symbol = Symbol(text) {
            try require(Symbol(symbol.description) == symbol, "\(symbol) changes")
        }
        if let market = MarketID(text) {
            try require(market.description == text, "\(market) changes")
        }
        if let stream = StreamID(text) { _ = stream.description }
    }

    /// Only the years of RFC 3339 read back.
    private static func checkText(
        _ time: Int64, ofMicroseconds text: String
    ) throws(Violation) {
        let years =
            UTCDay(year: 0, month: 1, day: 1).start * 1_000..<UTCDay(year: 10_000, month: 1, day: 1)
            .start * 1_000
        try require(
            !years.contains(time) || UTCTime.microseconds(text) == time,
            "\(text) is not what \(time) reads as")
    }
}
