internal import CanonicalJSON
internal import DriftStatistics
internal import EventFormat
internal import Market
internal import Mechanic
internal import Projections
internal import SystemIO

/// What became of many markets: a row each, and their sums.
struct MarketsTable {
    private let output: OutputOptions
    private let columns: [String]
    private var rows: [(cells: [Cell], json: JSONValue)] = []
    private var sums = UpdateReport()
    private var failures: [(market: MarketID, reason: String)] = []

    init(_ output: OutputOptions, columns: [String]) {
        self.output = output
        self.columns = columns
    }

    /// How many markets were dealt with.
    var count: Int { rows.count + failures.count }

    /// The markets whose files can be used; the others are said and kept.
    mutating func usable(
        _ wave: [MarketFilesReader.Loaded]
    ) -> [(market: MarketID, input: CandleInput)] {
        wave.compactMap { market, rows in
            switch rows {
            case .success(let input): return (market, input ?? CandleInput())
            case .failure(let error):
                let failure = error as? Failure ?? Failure(error)
                let reason = failure?.message ?? "\(error)"
                output.console.say("\(market): \(reason)")
                failures.append((market, reason))
                return nil
            }
        }
    }

    /// Adds a market.
    mutating func add(_ cells: [Cell], _ json: JSONValue, _ report: UpdateReport) {
        rows.append((cells, json))
        sums.add(report)
    }

    /// Says loudly what must not be lost in a long table.
    func say(_ drift: UpdateDrift, of market: MarketID) {
        guard let check = drift.alarm else { return }
        output.console.say(
            "\(check.severity.mark(isPlain: output.isPlain)) \(market): \(check.severity.title): "
                + check.summary)
    }

    /// Prints all of it.
    ///
    /// - Throws: exit code 65 where a market's files could not be used.
    func finish() throws {
        switch Format.resolve(output.format, inPipe: .json) {
        case .json: printObject()
        case .jsonl:
            for row in rows { StandardStream.output.write(row.json.compactText + "\n") }
        case .csv, .table:
            var printer = output.rows(columns)
            for row in rows { printer.add(row.cells) }
            printer.finish()
        }
        output.console.say(
            "\(rows.count) markets, \(Number.grouped(sums.rows.changes)) rows recorded, position "
                + "\(sums.position)")
        guard let first = failures.first else { return }
        throw Failure(
            .badData,
            "\(failures.count) of \(count) markets could not be read, the first is \(first.market): "
                + "\(first.reason); the others are done")
    }

    private func printObject() {
        var printer = output.report
        for (name, count) in DeltaPrinter.counts(sums.rows) {
            printer.member(name, .integer(Int64(count)))
        }
        printer.member("labels_closed", .integer(sums.closed))
        printer.member("labels_revised", .integer(sums.revised))
        printer.member("open", .integer(sums.open))
        printer.member("position", .integer(Int64(sums.position.number)))
        printer.member("markets", .array(rows.map(\.json)))
        printer.member(
            "failed",
            .array(
                failures.map {
                    ["market": .string($0.market.description), "reason": .string($0.reason)]
                }))
        printer.finish()
    }
}

extension MarketsTable {
    /// Columns of what became of rows.
    static let rowColumns = [
        "market", "recorded", "duplicates", "revised", "late", "partial", "rejected", "gaps",
    ]

    /// Columns of what became of labels.
    static let labelColumns = ["labels_closed", "labels_revised", "open"]

    /// Columns of drift: the newest check's severity, alerts raised now.
    static let driftColumns = ["severity", "level", "alerts"]

    static func driftCells(_ drift: UpdateDrift) -> [Cell] {
        [
            .text(drift.severity?.rawValue), .text(drift.level?.rawValue),
            .integer(Int64(drift.raised.count)),
        ]
    }

    static func cells(_ market: MarketID, _ report: UpdateReport) -> [Cell] {
        [.text(market.description)]
            + DeltaPrinter.counts(report.rows).map { .integer(Int64($0.1)) }
            + [.integer(Int64(report.gaps.count))]
    }

    static func labelCells(_ report: UpdateReport) -> [Cell] {
        [report.closed, report.revised, report.open].map { .integer(Int64($0)) }
    }
}
