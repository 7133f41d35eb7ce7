internal import ArgumentParser
internal import EventStorage
internal import Market
internal import Mechanic
internal import Spelling
internal import SystemIO

/// The command `mechanic-replay`: parses, calls the library, prints. It has no back doors.
struct MechanicReplay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mechanic-replay",
        abstract: "Label market data hourly, watch its drift, prove what was known when.",
        usage: "mechanic-replay <verb> [options]",
        discussion: """
            EXAMPLES
              mechanic-replay init --clock simulated --store btc.store
              export MECHANIC_STORE=btc.store
              mechanic-replay import candles.csv.gz --symbol BTC/USDT:USDT
              mechanic-replay update --symbol BTC/USDT:USDT --config scalp
              mechanic-replay status

            WHAT DID WE KNOW?  Every reading verb takes --as-of POINT.
              mechanic-replay status --as-of 2025-10-10T14:00Z
              mechanic-replay labels --symbol BTC/USDT:USDT --as-of 2025-10-10T14:00Z
              mechanic-replay diff 2025-10-10T14:00Z HEAD --symbol BTC/USDT:USDT

            WHY IS IT SO, AND SINCE WHEN?
              mechanic-replay blame label 2025-10-10T13:05Z --symbol BTC/USDT:USDT
              mechanic-replay blame action pause_trading --symbol BTC/USDT:USDT
              mechanic-replay bisect 'level>=severe' --symbol BTC/USDT:USDT

            WHAT WOULD HAVE BEEN?
              mechanic-replay replay --symbol BTC/USDT:USDT --set take_profit_bps=10,15,20

            EXIT CODES
              0 done   1 a difference, corruption, or drift at or above --fail-on
              2 cannot run   64 usage   65 bad data   66 no such input
              73 cannot create   74 input or output   75 store locked by another writer
              130 interrupted
            """,
        version: Program.version,
        groupedSubcommands: [
            CommandGroup(
                name: "Hourly",
                subcommands: [
                    Initialize.self, Import.self, DeltaCommand.self, Update.self,
                    BackfillCommand.self, Status.self,
                ]),
            CommandGroup(
                name: "Data",
                subcommands: [
                    Candles.self, Labels.self, Weights.self, Splits.self, Export.self, Config.self,
                ]),
            CommandGroup(
                name: "Drift",
                subcommands: [
                    DriftCommand.self, BaselineCommand.self, Alerts.self, Acknowledge.self,
                    Resume.self,
                ]),
            CommandGroup(
                name: "History",
                subcommands: [
                    Log.self, Show.self, DiffCommand.self, BlameCommand.self, BisectCommand.self,
                    ReplayCommand.self, TagCommand.self,
                ]),
            CommandGroup(
                name: "Proof",
                subcommands: [
                    Verify.self, Keygen.self, CheckpointCommand.self, Prove.self,
                ]),
            CommandGroup(
                name: "Upkeep",
                subcommands: [
                    BackupCommand.self, Restore.self, Compact.self, RebuildCommand.self, Skip.self,
                    Bench.self,
                ]),
        ])
}

/// The program's start: every way out passes here, so that exit codes are in one place.
@main
enum Main {
    static func main() {
        StandardDescriptors.fillWithNull()
        Interrupt.exitsWith130()
        Interrupt.fileSizeLimitIsAnError()
        do {
            var command = try MechanicReplay.parseAsRoot(words)
            try command.run()
        } catch let failure as Failure {
            failure.exit()
        } catch let code as ExitCode {
            MechanicReplay.exit(withError: code)
        } catch {
            if let failure = Failure(error) { failure.exit() }
            suggestVerb()
            explainTime(error)
            MechanicReplay.exit(withError: error)
        }
    }

    /// Verbs that take points as they stand, without an option's name.
    private static let verbsOfPoints = ["show", "prove", "diff", "tag"]

    /// The words of the command line; the points of `show -6h` and the like behind a `--`, or the parser
    /// would take them for a bundle of flags with `-h` in it and print the help.
    private static var words: [String] {
        var words = Array(CommandLine.arguments.dropFirst())
        if words.first == "baseline" { return baselineWords(words) }
        guard let verb = words.first, verbsOfPoints.contains(verb), !words.contains("--"),
            let index = words.firstIndex(where: isPointLikeAFlag)
        else { return words }
        // What follows it belongs to it: `prove consistency -6h HEAD`.
        let end =
            words[index...].firstIndex { $0.hasPrefix("-") && !isPointLikeAFlag($0) } ?? words.count
        let points = Array(words[index..<end])
        words.removeSubrange(index..<end)
        return words + ["--"] + points
    }

    /// `baseline --symbol S set FROM..TO`, as `baseline set FROM..TO --symbol S`: the parser takes a
    /// verb only where it stands first.
    private static func baselineWords(_ words: [String]) -> [String] {
        let verbs = BaselineCommand.configuration.subcommands.map { $0._commandName }
        let flags = ["--quiet", "--no-color", "--accept-clock", "--allow-network-filesystem"]
        for index in words.indices.dropFirst() where verbs.contains(words[index]) {
            let before = words[index - 1]
            // What follows an option is its value.
            guard !before.hasPrefix("--") || before.contains("=") || flags.contains(before) else {
                continue
            }
            var words = words
            words.insert(words.remove(at: index), at: 1)
            return words
        }
        return words
    }

    private static func isPointLikeAFlag(_ word: String) -> Bool {
        word.hasPrefix("-") && TimePoint(word) != nil
    }

    /// What people look for under a verb of its own, and where it is.
    private static let elsewhere = [
        "statistics": "labels --statistics", "stats": "labels --statistics",
    ]

    /// What a point or a time looks like, where the parser only says that this is none.
    private static func explainTime(_ error: any Error) {
        let message = MechanicReplay.message(for: error)
        guard message.contains("is invalid for") else { return }
        let time = "such as 2025-10-10T21:20Z or 2025-10-10"
        if ["<point>", "<point|time>", "<older>", "<newer>"].contains(where: message.contains) {
            Failure(
                .usage,
                "\(message): a point is a position (1234), an RFC 3339 time up to the year 9999, \(time), -6h (before the "
                    + "newest event), HEAD~n or @tag"
            ).exit()
        }
        guard message.contains("<time>") else { return }
        Failure(
            .usage,
            "\(message): a time is RFC 3339, \(time), or milliseconds since 1970 UTC, up to the year 9999"
        ).exit()
    }

    /// "Did you mean" for a mistyped verb, which the parser does not offer.
    private static func suggestVerb() {
        var verbs = MechanicReplay.configuration.subcommands
        for word in CommandLine.arguments.dropFirst() {
            guard !verbs.isEmpty, !word.hasPrefix("-"), word != "help" else { return }
            if let verb = verbs.first(where: { $0._commandName == word }) {
                verbs = verb.configuration.subcommands
                continue
            }
            if let place = elsewhere[word] {
                Failure(.usage, "'\(word)' is no verb: see `mechanic-replay \(place)`").exit()
            }
            let names = verbs.map { $0._commandName }
            guard let near = EditDistance.nearest(to: word, in: names) else { return }
            Failure(.usage, "'\(word)' is no verb; did you mean '\(near)'?").exit()
        }
    }
}
