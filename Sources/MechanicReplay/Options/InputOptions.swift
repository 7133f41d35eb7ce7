internal import ArgumentParser
internal import Market

/// How files of candles are read.
struct InputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How the files are laid out.", valueName: "layout"))
    var layout = CandleLayout.auto

    @Flag(help: "Refuse the whole batch if one row is bad.")
    var strict = false

    /// Reads files; see ``CandleInput``.
    func read(
        _ files: [String], timeframe: Timeframe, mayBeEmpty: Bool = false
    ) throws -> CandleInput {
        try CandleInput(
            files, layout: layout, timeframe: timeframe, isStrict: strict, mayBeEmpty: mayBeEmpty)
    }
}
