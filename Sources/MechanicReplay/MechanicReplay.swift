internal import ArgumentParser
internal import Market
internal import Mechanic
internal import SystemIO

/// The command `mechanic-replay`: parses, calls the library, prints. It has no back doors.
struct MechanicReplay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mechanic-replay",
        abstract: "Label market data hourly, replay history, prove what was known when.",
        usage: "mechanic-replay <verb> [options]",
        discussion: """
            EXAMPLES
              mechanic-replay init --clock simulated
              mechanic-replay import candles.csv.gz --symbol BTC/USDT:USDT
              mechanic-replay update --symbol BTC/USDT:USDT --config scalp
              mechanic-replay labels --symbol BTC/USDT:USDT --from 2025-10-10T21:00Z --to 2025-10-10T22:00Z
              mechanic-replay labels --symbol BTC/USDT:USDT --as-of 2025-10-10T21:20Z
              mechanic-replay replay --check
              mechanic-replay verify --recompute

            EXIT CODES
              0 done   1 a difference or corruption   2 cannot run   64 usage   65 bad data
              66 no such input   73/74 cannot create / input-output   75 store locked   130 interrupted
            """,
        version: Program.version,
        subcommands: [
            Initialize.self, Import.self, Update.self, BackfillCommand.self, ReplayCommand.self,
            Status.self, Labels.self, Candles.self, Config.self, Log.self, Show.self, Verify.self,
            Bench.self,
        ])
}

/// The program's start: every way out passes here, so that exit codes are in one place.
@main
enum Main {
    static func main() {
        Interrupt.exitsWith130()
        do {
            var command = try MechanicReplay.parseAsRoot()
            try command.run()
        } catch let failure as Failure {
            failure.exit()
        } catch let code as ExitCode {
            MechanicReplay.exit(withError: code)
        } catch {
            if let failure = Failure(error) { failure.exit() }
            suggestVerb()
            MechanicReplay.exit(withError: error)
        }
    }

    /// "Did you mean" for a mistyped verb, which the parser does not offer.
    private static func suggestVerb() {
        guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-") else {
            return
        }
        let verbs = MechanicReplay.configuration.subcommands.map { $0._commandName }
        guard !verbs.contains(word), word != "help",
            let near = EditDistance.nearest(to: word, in: verbs)
        else { return }
        Failure(.usage, "'\(word)' is no verb; did you mean '\(near)'?").exit()
    }
}
