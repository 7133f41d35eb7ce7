import Foundation
import Testing

/// What a newcomer reads first. `RECORD_SNAPSHOTS=1 swift test --filter HelpTests` writes the
/// snapshots anew; look at their difference before committing it.
struct HelpTests {
    static let verbs = [
        "", "init", "import", "delta", "update", "backfill", "replay", "status", "labels",
        "weights", "splits", "export",
        "candles",
        "config", "drift", "baseline", "baseline show", "baseline set", "baseline release",
        "blame", "blame label", "blame drift", "blame action", "blame alert",
        "alerts", "ack", "resume",
        "config show", "config hash", "config list", "config activate", "config deactivate", "log",
        "show", "diff", "bisect", "tag", "verify", "keygen",
        "checkpoint", "prove", "prove inclusion", "prove consistency", "prove check", "backup",
        "restore", "compact", "rebuild", "skip", "bench",
    ]

    @Test(arguments: verbs)
    func everyVerbExplainsItself(_ verb: String) throws {
        let scratch = try Scratch()
        let words = verb.split(separator: " ").map(String.init)
        let help = try scratch.run(words + ["--help"], environment: ["COLUMNS": "80"])
        #expect(help.code == 0)
        #expect(help.messages == "")
        let name = words.isEmpty ? "mechanic-replay" : words.joined(separator: "-")
        #expect(try help.output == Fixtures.snapshot("help/\(name).txt", of: help.output))

        let examples = try #require(help.output.range(of: "EXAMPLES"))
        let options = try #require(help.output.range(of: "\nOPTIONS:"))
        #expect(examples.lowerBound < options.lowerBound)
    }

    /// The examples of the help are run as they stand, files and all.
    @Test func examplesOfTheMainHelpWork() throws {
        let scratch = try Scratch()
        scratch.store = ""
        try scratch.file(
            "candles.csv.gz",
            SyntheticHistory.csv(
                minutes: 90, start: SyntheticHistory.start + 12 * 3_600_000))
        let help = try scratch.run("--help", environment: ["COLUMNS": "200"])
        let (start, export) = ("  mechanic-replay ", "  export MECHANIC_STORE=")
        var environment: [String: String] = [:]
        var count = 0
        for example in help.lines.prefix(while: { $0 != "EXIT CODES" }) {
            if example.hasPrefix(export) {
                environment["MECHANIC_STORE"] = String(example.dropFirst(export.count))
            }
            guard example.hasPrefix(start) else { continue }
            count += 1
            let words = example.dropFirst(start.count).split(separator: " ")
                .map { String($0.filter { $0 != "'" }) }
            let done = try scratch.run(words, environment: environment)
            // This hour and a half has nothing that pauses trading.
            let code: Int32 =
                example.contains("pause_trading") ? 66 : example.contains("bisect") ? 1 : 0
            #expect(done.code == code, "\(example): \(done.messages)")
        }
        #expect(count == 11)
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) throws {
        let script = try Scratch().run("--generate-completion-script", shell)
        #expect(script.code == 0)
        for word in ["backfill", "as-of", "symbol"] { #expect(script.output.contains(word)) }
    }

    @Test func version() throws {
        let version = try Scratch().run("--version")
        #expect(version.code == 0)
        #expect(version.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    }

    @Test(arguments: [
        (["lables"], "did you mean 'labels'"), (["bakfill", "x"], "did you mean 'backfill'"),
        (["config", "shw"], "did you mean 'show'"), (["statistics"], "labels --statistics"),
        (["labels", "--symbl", "BTC/USDT"], "--symbol"),
        (["nothing-like-it"], "nothing-like-it"), (["labels"], "--symbol"),
        (["backfill", "x.csv", "--symbol", "BTC/USDT"], "--every"),
        (["labels", "--symbol", "BTCUSDT"], "BTC/USDT:USDT"),
        (["labels", "--symbol", "BTC/USDT", "--as-of", "noon"], "RFC 3339"),
        (["labels", "--symbol", "BTC/USDT", "--from", "14:00"], "milliseconds since 1970"),
        (["diff", "14:00", "HEAD"], "2025-10-10T21:20Z"),
        (["config", "show", "--as-of", "3"], "--symbol"),
        (["labels", "--symbol", "BTC/USDT", "--format", "xml"], "jsonl"),
        (["labels", "--symbol", "BTC/USDT", "--open", "--provisional"], "choose one"),
        (["labels", "--symbol", "BTC/USDT", "--from", "20", "--to", "10"], "--from"),
        (["candles", "--symbol", "BTC/USDT", "--to", "-9223372036854775808"], "--to"),
        (
            ["update", "--symbol", "BTC/USDT", "--label-from", "9223372036854775807"],
            "--label-from"
        ),
        (["candles", "--symbol", "BTC/USDT", "--timeframe", "7m"], "1m, 5m, 1h, 1d"),
        (["candles", "--symbol", "BTC/USDT", "--venue", "A/B"], "lower-case"),
        (["log", "--type", "labels.close"], "labels.closed"), (["log", "--limit", "-1"], "limit"),
        (["replay", "--check", "--to", "1"], "--to"),
        (["config", "activate", "--symbol", "BTC/USDT"], "mechanic.toml"),
        (["blame", "lable"], "did you mean 'label'"), (["blam"], "did you mean 'blame'"),
        (["blame", "label", "--symbol", "BTC/USDT"], "time"),
        (["blame", "action", "pause", "--symbol", "BTC/USDT"], "pause_trading"),
        (["blame", "drift", "--symbol", "BTC/USDT", "--end", "1", "--check", "1"], "choose one"),
        (["drft"], "did you mean 'drift'"), (["baselin"], "did you mean 'baseline'"),
        (["drift", "--symbol", "BTC/USDT", "--fail-on", "bad"], "critical"),
        (["drift", "--symbol", "BTC/USDT", "--current", "2025-10-04"], "epoch milliseconds"),
        (["drift", "--symbol", "BTC/USDT", "--monitor"], "--history"),
        (["baseline", "--symbol", "BTC/USDT", "set", "x"], "epoch milliseconds"),
        (["ack", "--symbol", "BTC/USDT"], "alert"),
        (["ack", "x", "--symbol", "BTC/USDT"], "alert"),
    ])
    func usageErrors(_ words: [String], mentions hint: String) throws {
        let wrong = try Scratch().run(words)
        #expect(wrong.code == 64)
        #expect(wrong.output == "")
        #expect(wrong.messages.contains(hint), "\(wrong.messages)")
    }
}
