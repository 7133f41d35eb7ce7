internal import Digest
internal import EventFormat
internal import EventStorage
internal import Market
internal import Mechanic
internal import Projections

/// `replay --with` and `replay --set`: history under other configurations.
struct WhatIfReplay {
    let options: WhatIfOptions
    let end: MarketTime?
    let store: StoreOptions
    let output: OutputOptions

    func run() throws {
        guard let symbol = options.symbol else { return }
        let market = try options.venue.market(symbol)
        let question = try options.question(to: end?.milliseconds)
        let format = Format.resolve(output.format, inPipe: .csv)
        if options.labels, options.checks, format == .csv || format == .jsonl {
            throw Failure(
                .usage,
                "--labels and --checks are rows of two kinds: choose one, or print --format json")
        }
        let store = try store.open()
        let bar = ProgressBar("what if", unit: "configurations", console: output.console)
        let answer = try store.read { view in
            try market.mustExist(in: view)
            let position = try view.resolve(options.asOf.point)
            let state = try MarketState.outline(view, market: market, through: position)
            let decider = try Decider.select(options.config, in: state, view, position)
            let standings = try ConfigurationStanding.all(view, market: market, through: position)
            let recorded = decider.configuration
            return try WhatIf.run(
                view, state, decider.labelling, recorded: recorded,
                try options.configurations(over: recorded, standings), question, at: position
            ) { done, total in
                bar.update(done, of: total)
            }
        }
        bar.finish()
        output.console.say(asOf: answer.position, options.asOf.point, store)
        warn(answer)
        WhatIfPrinter(answer, order: options.sort, output: output).print(
            labels: options.labels, checks: options.checks)
    }

    /// What the numbers leave out.
    private func warn(_ answer: WhatIf) {
        if let entries = answer.entries {
            let end = entries.upperBound + answer.market.timeframe.milliseconds
            output.console.say("entries \(MarketRange.text(entries.lowerBound..<end))")
            if let start = answer.record.labelledFrom, entries.lowerBound < start {
                output.console.say(
                    "the recorded labelling begins at \(UTCTime.text(milliseconds: start)): entries "
                        + "before it have no recorded label")
            }
        } else {
            output.console.say("warning: no labelled candle lies there")
        }
        if answer.record.staleLabels > 0 {
            output.console.say(
                "\(Number.grouped(answer.record.staleLabels)) entries rest on minutes revised "
                    + "since and not labelled anew: they are left out, in the record and beside it")
        }
        if answer.record.restatedChecks > 0 {
            output.console.say(
                "\(Number.grouped(answer.record.restatedChecks)) recorded checks rest on minutes "
                    + "revised since: severities of these moments are not counted, but pauses and "
                    + "alerts follow from them")
        }
        if answer.record.otherChecks > 0 {
            output.console.say(
                "other configurations than \(answer.record.configuration.hash.hex.prefix(8)) made "
                    + "\(Number.grouped(answer.record.otherChecks)) of the recorded checks: beside the record "
                    + "stands what settings would have given throughout")
        }
        let own = answer.rows.count { $0.driftDifference?.hasOwnSchedule == true }
        if own > 0 {
            output.console.say(
                "\(own) of \(answer.rows.count) configurations check drift by a schedule of their own: "
                    + "only checks at the moments of recorded ones are compared")
        }
    }
}
