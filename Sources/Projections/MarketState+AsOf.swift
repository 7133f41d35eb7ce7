public import EventFormat
public import EventStorage
public import Market

extension MarketState {
    /// The state of a market as it was known at a point.
    ///
    /// - Returns: the state and the end of the commit that the point names.
    /// - Complexity: O(events of the window) at the head, O(events up to the point) before it.
    public static func load(
        _ view: borrowing StoreView, market: MarketID, asOf point: TimePoint
    ) throws -> (state: MarketState, position: GlobalPosition) {
        let position = try view.resolve(point)
        if try view.head().position == position {
            return (try load(view, market: market).state, position)
        }
        return (try LogFold.fold(view, through: position, market: market)[market], position)
    }
}
