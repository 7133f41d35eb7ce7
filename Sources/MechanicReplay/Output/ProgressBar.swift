internal import SystemIO

/// A bar with rate and time left, for long work and on terminals only.
final class ProgressBar {
    private let title: String
    private let unit: String
    private let isShown: Bool
    private let started = SystemClock.monotonicNanoseconds()
    private var drawn: Int64 = 0
    private var hasDrawn = false

    init(_ title: String, unit: String, console: Console) {
        self.title = title
        self.unit = unit
        isShown = !console.isQuiet && Terminal.error.isTerminal
    }

    /// Shows how far the work is; draws at most ten times a second.
    func update(_ done: Int, of total: Int) {
        guard isShown, total > 0 else { return }
        let now = SystemClock.monotonicNanoseconds()
        guard now - drawn > 100_000_000 else { return }
        drawn = now
        // Short work needs no bar.
        guard now - started > 300_000_000 || hasDrawn else { return }
        hasDrawn = true
        let seconds = Double(now - started) / 1e9
        let rate = Double(done) / seconds
        let left = rate > 0 ? Double(total - done) / rate : 0
        let share = Double(done) / Double(total)
        let cells = 24
        let filled = Int(share * Double(cells))
        let bar =
            String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled)
        let text =
            "\(title) \(bar) \(Int(share * 100)) %  \(Number.grouped(Int(rate))) \(unit)/s  "
            + "\(Self.clock(left)) left"
        StandardStream.error.write("\r\u{1B}[2K\(text)")
    }

    /// Clears the bar.
    func finish() {
        if hasDrawn { StandardStream.error.write("\r\u{1B}[2K") }
    }

    private static func clock(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.up))
        return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
    }
}
