internal import Market

/// One market's part of an update of several.
struct MarketJob {
    /// The market's updater.
    let updater: Updater
    /// What it is asked to do.
    let request: UpdateRequest
    /// The rows of the request by stamp.
    let sorted: CandleColumns

    init(_ updater: Updater, _ request: UpdateRequest) {
        self.updater = updater
        self.request = request
        sorted = request.candles.sortedByTime()
    }
}
