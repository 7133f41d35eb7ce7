internal import EventFormat
internal import EventStorage
internal import Market

extension Console {
    /// Says as of which commit data are, and when it was made.
    ///
    /// - Parameters:
    ///   - position: the end of a commit, or an event.
    ///   - point: what was asked for.
    func say(asOf position: GlobalPosition, _ point: TimePoint, _ store: EventStore) {
        guard !isQuiet else { return }
        let time =
            position > .start ? try? store.read { try $0.frame(at: position).appendedAt } : nil
        say(
            "as of position \(position)"
                + (time.map { ", committed \(UTCTime.text(microseconds: $0))" } ?? "")
                + Self.rounding(point, to: position))
        if store.identity.clock == .simulated { say("simulated clock") }
    }

    /// Says that a state is not that of the position asked for, where it is not.
    func say(rounding point: TimePoint, to position: GlobalPosition) {
        let words = Self.rounding(point, to: position)
        if !words.isEmpty { say("as of position \(position)\(words)") }
    }

    /// Why a position is not the one asked for: a state is that at the end of a commit.
    static func rounding(_ point: TimePoint, to position: GlobalPosition) -> String {
        guard case .position(let asked) = point, asked != position else { return "" }
        return ": position \(asked) lies inside the next commit"
    }
}
