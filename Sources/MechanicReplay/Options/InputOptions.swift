internal import ArgumentParser
internal import Market

/// How files of candles are read.
struct InputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How the files are laid out.", valueName: "layout"))
    var layout = CandleLayout.auto

    @Flag(help: "Refuse the whole batch if one row is bad.")
    var strict = false

    /// Reads files; see ``CandleInput``.
    func read(_ files: [String], timeframe: Timeframe) throws -> CandleInput {
        try CandleInput(files, layout: layout, timeframe: timeframe, isStrict: strict)
    }
}

/// What an update labels, and from where on.
struct LabellingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A preset, a JSON file or the beginning of a recorded hash to activate; may be given "
                + "more than once.", valueName: "preset|file|hash"))
    var config: [String] = []

    @Option(
        help: ArgumentHelp(
            "Where a labelling that is opened now starts (default: a market's first covers "
                + "everything, later ones start 37 days before the window).", valueName: "time"))
    var labelFrom: MarketTime?
}
