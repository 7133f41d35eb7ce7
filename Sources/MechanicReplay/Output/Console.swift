internal import SystemIO

/// Messages to people: on standard error, so that data on standard output stays clean.
struct Console {
    let isQuiet: Bool
    let colors: Bool

    /// Says something, unless asked to be quiet.
    func say(_ message: String) {
        if !isQuiet { StandardStream.error.write(message + "\n") }
    }

    /// A word of good or bad news, for standard output: a file gets no colours.
    func mark(good: Bool) -> String {
        guard colors, Terminal.output.isTerminal else { return good ? "ok" : "FAILED" }
        return good ? "\u{1B}[32mok\u{1B}[0m" : "\u{1B}[31mFAILED\u{1B}[0m"
    }

    /// Whether text may have symbols beyond ASCII: also in a file, unless somebody said `NO_COLOR`.
    static var showsSymbols: Bool { ProcessEnvironment.value("NO_COLOR") == nil }

    /// Whether a stream may have colours: a terminal, and nobody said `NO_COLOR`.
    static func colors(_ terminal: Terminal) -> Bool {
        terminal.isTerminal && showsSymbols
    }
}
