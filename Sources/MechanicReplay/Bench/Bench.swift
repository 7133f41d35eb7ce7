internal import ArgumentParser
internal import Market
internal import SystemIO

/// `bench`: what this machine can do.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure this machine: append, label, drift, update, replay, as-of, what-if.",
        discussion: """
            EXAMPLES
              mechanic-replay bench
              mechanic-replay bench --candles btc.csv.gz --format json
              mechanic-replay bench --only label --only parse

            Medians, each beside a baseline of the same run: ratios hold on a busy machine
            where milliseconds do not. Without --candles a random walk of 150 days, always
            the same one. Works in a scratch directory under --scratch, which it removes;
            choose one on the disk that your store is on.
            """)

    @Option(
        help: ArgumentHelp("Real candles to measure with, 100 days at least.", valueName: "file"))
    var candles: String?

    @Option(help: ArgumentHelp("Only this part; may be given more than once.", valueName: "part"))
    var only: [Part] = []

    @Option(help: ArgumentHelp("Hourly updates to measure.", valueName: "count"))
    var rounds = 300

    @Option(help: ArgumentHelp("Events of the log that `as-of` looks into.", valueName: "count"))
    var events = 300_000

    @Option(help: ArgumentHelp("Where scratch stores are made.", valueName: "path"))
    var scratch = "."

    @OptionGroup var output: OutputOptions

    /// What can be measured.
    enum Part: String, CaseIterable, ExpressibleByArgument {
        case append, label, drift, parse, update, markets, replay, verify, prove, asof = "as-of"
        case whatif = "what-if"
    }

    func run() throws {
        let parts = only.isEmpty ? Part.allCases : only
        let history =
            try candles.map {
                try CandleInput([$0], layout: .auto, timeframe: .oneMinute, isStrict: false).candles
                    .sortedByTime()
            } ?? SyntheticMarket.candles(count: 216_000)
        var printer = output.rows(["part", "what", "median", "unit", "ratio", "against", "bytes"])
        let directory = "\(scratch)/mechanic-bench-\(SystemClock.microseconds())"
        try FileSystem.createDirectory(directory)
        defer { try? FileSystem.removeTree(directory) }
        for part in parts {
            output.console.say("measuring \(part.rawValue) …")
            let results =
                switch part {
                case .append: try AppendBench.run(directory, rounds: rounds)
                case .label: LabelBench.run(history)
                case .drift: try DriftBench.run(history, directory, rounds: rounds)
                case .whatif: try WhatIfBench.run(history, directory)
                case .parse: try ParseBench.run(history, directory)
                case .update: try UpdateBench.run(history, directory, rounds: rounds)
                case .markets: try MarketsBench.run(history, directory, rounds: rounds)
                case .replay: try ReplayBench.run(history, directory)
                case .verify: try VerifyBench.run(history, directory)
                case .prove: try ProveBench.run(directory)
                case .asof: try AsOfBench.run(history, directory, events: events)
                }
            for result in results { printer.add(result.cells(part)) }
        }
        printer.finish()
    }
}

/// One measured figure.
struct BenchResult {
    let what: String
    let median: Double
    let unit: String
    var ratio: Double?
    var against = ""
    var bytes: Int?

    func cells(_ part: Bench.Part) -> [Cell] {
        [
            .text(part.rawValue), .text(what), .number(Self.rounded(median)), .text(unit),
            ratio.map { .number(Self.rounded($0)) } ?? .none, .text(against),
            bytes.map { .integer(Int64($0)) } ?? .none,
        ]
    }

    /// Three decimals: more would be noise.
    private static func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
}

/// Times work by the monotonic clock.
enum Stopwatch {
    /// Microseconds of one run.
    static func microseconds<Result>(_ body: () throws -> Result) rethrows -> Double {
        let started = SystemClock.monotonicNanoseconds()
        _ = try body()
        return Double(SystemClock.monotonicNanoseconds() - started) / 1e3
    }

    /// The median of some measurements.
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
    }
}
