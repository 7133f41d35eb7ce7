internal import ArgumentParser
internal import SystemIO

/// How data and messages are printed.
struct OutputOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How data is printed (default: table on a terminal; in a pipe csv for rows, else json).",
            valueName: "format"))
    var format: Format?

    @Flag(help: "No messages and no progress; data still prints.")
    var quiet = false

    @Flag(help: "No colours; NO_COLOR does the same.")
    var noColor = false

    /// For messages.
    var console: Console { Console(isQuiet: quiet, colors: !noColor && Console.colors(.error)) }

    /// Whether reports for people have ASCII only.
    var isPlain: Bool { noColor || !Console.showsSymbols }

    /// A printer of a report.
    var report: ReportPrinter { ReportPrinter(format: .resolve(format, inPipe: .json)) }

    /// A printer of rows.
    func rows(_ columns: [String]) -> RowPrinter {
        RowPrinter(columns: columns, format: .resolve(format, inPipe: .csv))
    }
}
