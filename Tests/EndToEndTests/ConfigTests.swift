import CanonicalJSON
import Foundation
import Testing

/// Where leaves come from, and switching between configurations, with the built command.
struct ConfigTests {
    static let symbol = ["--symbol", "BTC/USDT:USDT"]
    static let scalp = "57ddbc59d900ae1e6e7b5537b20bf86a68b8607f1f8b7f2189b0310fefecbe66"

    private func json(
        _ scratch: Scratch, _ words: [String], _ environment: [String: String] = [:]
    ) throws -> JSONValue {
        let done = try scratch.run(words, environment: environment)
        #expect(done.code == 0, "\(words): \(done.messages)")
        return try done.json()
    }

    @Test func originsInFull() throws {
        let scratch = try Scratch()
        try scratch.file(
            "mechanic.toml",
            """
            # the team's
            preset = "runner"
            take_profit_bps = 60   # was 80

            [[fees]]
            exchange = 'kraken'
            from = 2023-01-01
            maker_bps = 2.5
            taker_bps = 8
            """)
        let shown = try scratch.run(
            "config", "show", "--origin", "--set", "stop_loss_bps=35", "--format", "table",
            environment: ["MECHANIC_BUFFER": "1.25", "MECHANIC_BIN": "/opt"])
        #expect(
            shown.messages
                == "warning: environment MECHANIC_BIN: no leaf of this program; ignored\n")
        #expect(
            shown.output == """
                config hash                  9352e68bdb6e38fcdf0780d9b1dde8625454aab286ce47c45dc2db0fbb5e315b
                labels hash                  a06cd921748ee3ba257e238a8249a9a22a8cd2f4a303d3247fe3563e9b841d4b
                ambiguity                    target_first  preset runner
                buffer                       1.25          environment MECHANIC_BUFFER
                cost_threshold_bps           0             preset runner
                default_fee_bps              8             preset runner
                drift_alpha                  0.05          preset runner
                drift_baseline               rolling       preset runner
                drift_baseline_days          30            preset runner
                drift_check_hours            6             preset runner
                drift_check_rows             1000          preset runner
                drift_cost_ratio             0.2           preset runner
                drift_current_days           7             preset runner
                drift_hold_checks            4             preset runner
                drift_label_share            0.1           preset runner
                drift_labels                 all           preset runner
                drift_minimum_labels         0             preset runner
                drift_minimum_rows           1000          preset runner
                drift_outside_share          0.01          preset runner
                drift_profile                classic       preset runner
                drift_psi                    0.1           preset runner
                exchange                     binance       preset runner
                fees                         1 entry       mechanic.toml:5
                label_algorithm              1             preset runner
                maker_after_minutes          5             preset runner
                min_pnl_bps                  0             preset runner
                position_size                1000          preset runner
                slippage_multiplier          0.5           preset runner
                spread_bps                   3             preset runner
                stop_loss_bps                35            flag --set
                take_profit_bps              60            mechanic.toml:3
                timeout_minutes              10080         preset runner
                window_days                  90            preset runner
                fees kraken from 2023-01-01  maker 2.5, taker 8 bps

                """)
        let twin = try json(
            scratch, ["config", "show", "--origin", "--set", "stop_loss_bps=35"],
            ["MECHANIC_BUFFER": "1.25"])
        #expect(twin["origins"]?["buffer"]?.text == "environment MECHANIC_BUFFER")
        #expect(twin["origins"]?["fees"]?.text == "mechanic.toml:5")
        #expect(twin["origins"]?.members?.count == twin["leaves"]?.members?.count)
        #expect(twin["configuration"]?["stop_loss_bps"]?.double == 35)
        #expect(twin["leaves"]?["drift_psi"]?.double == 0.1)
        // Without the flag nothing of origins; the hashes are those of `config hash`.
        let plain = try json(scratch, ["config", "show"])
        #expect(plain["origins"] == nil)
        #expect(plain["config_hash"] == (try json(scratch, ["config", "hash"]))["config_hash"])
    }

    @Test func aNameDecidesEveryLeaf() throws {
        let scratch = try Scratch()
        try scratch.file("mechanic.toml", "this is no TOML")
        let environment = [
            "MECHANIC_BUFFER": "7", "MECHANIC_BUFER": "7", "MECHANIC_CONFIG": "none",
        ]
        let hash = try json(scratch, ["config", "hash", "scalp"], environment)
        #expect(hash["config_hash"]?.text == Self.scalp)
        let set = try json(scratch, ["config", "show", "scalp", "--set", "buffer=2"], environment)
        #expect(set["configuration"]?["buffer"]?.double == 2)
        let refused = try scratch.run("config", "hash")
        #expect(refused.code == 65)
        #expect(refused.messages == "error: mechanic.toml:1: = is expected behind the key\n")
    }

    @Test func spellingsHaveOneHash() throws {
        let scratch = try Scratch()
        try scratch.file("a.toml", "take_profit_bps = 20 # more\nstop_loss_bps = 1_2.50\n")
        try scratch.file("b.json", #"{"stop_loss_bps": 125e-1, "take_profit_bps": 20.0}"#)
        try scratch.file("c", "stop_loss_bps = 12.5\ntake_profit_bps = 0x14\npreset = 'scalp'")
        let names = [["a.toml"], ["b.json"], ["c"]].map { ["config", "hash"] + $0 }
        let set = ["config", "hash", "--set", "take_profit_bps=20", "--set", "stop_loss_bps=12.5"]
        let hashes = try (names + [set]).map { try json(scratch, $0).canonicalText }
        #expect(Set(hashes).count == 1)
        try scratch.file("mechanic.json", #"{"take_profit_bps": 20}"#)
        let layered = try json(
            scratch, ["config", "hash"], ["MECHANIC_STOP_LOSS_BPS": "12.5"])
        #expect(layered.canonicalText == hashes[0])
        let elsewhere = try json(scratch, ["config", "hash"], ["MECHANIC_CONFIG": "a.toml"])
        #expect(elsewhere.canonicalText == hashes[0])
    }

    @Test func mistakesNameTheirPlace() throws {
        let scratch = try Scratch()
        try scratch.file("bad.toml", "\ntake_profit_bsp = 20\n")
        try scratch.file("twice.json", "{\"buffer\": 1,\n\"buffer\": 2}")
        try scratch.file("fee.toml", "[[fees]]\nexchange = 'x'\nfrom = 2023-01-01\nmakr_bps = 1\n")
        try scratch.file("mechanic.toml", "buffer = 0")
        let cases: [([String], [String: String], Int32, String)] = [
            (
                ["bad.toml"], [:], 65,
                "bad.toml:2: take_profit_bsp: unknown leaf; did you mean take_profit_bps?"
            ),
            (["twice.json"], [:], 65, "twice.json:2: the name \"buffer\" is given twice"),
            (
                ["fee.toml"], [:], 65,
                "fee.toml:4: fees[0].makr_bps: unknown key; did you mean maker_bps?"
            ),
            ([], [:], 65, "mechanic.toml:1: buffer: must be above 0"),
            (
                ["skalp"], [:], 66,
                "skalp: no preset (scalp, runner), no recorded hash and no file; did you mean scalp?"
            ),
            (
                [], ["MECHANIC_CONFIG": "none.toml"], 66,
                "environment MECHANIC_CONFIG: no file none.toml"
            ),
            (
                [], ["MECHANIC_CONFIG": "runner"], 66,
                "environment MECHANIC_CONFIG: no file runner; a preset is named by MECHANIC_PRESET"
            ),
            (
                [], ["MECHANIC_BUFFRE": "1"], 64,
                "environment MECHANIC_BUFFRE: unknown; did you mean MECHANIC_BUFFER? Unset it if not"
            ),
            (
                [], ["MECHANIC_BUFFER": "much"], 64,
                "environment MECHANIC_BUFFER: buffer: expected a number, found 'much'"
            ),
            (
                ["scalp", "--set", "bufer=1"], [:], 64,
                "flag --set: bufer: unknown leaf; did you mean buffer?"
            ),
            (
                ["scalp", "--set", "buffer"], [:], 64,
                "--set buffer: expected leaf=value, such as take_profit_bps=20"
            ),
        ]
        for (words, environment, code, message) in cases {
            let refused = try scratch.run(["config", "hash"] + words, environment: environment)
            #expect(refused.code == code, "\(words)")
            #expect(refused.messages == "error: \(message)\n")
            #expect(refused.output == "")
        }
        try scratch.file("mechanic.json", "{}")
        let both = try scratch.run("config", "show")
        #expect(both.code == 65)
        #expect(
            both.messages == """
                error: mechanic.toml and mechanic.json are both here: remove one, or name the one that \
                counts with MECHANIC_CONFIG

                """)
    }

    /// Slices of an hour of candles, each sent by one update.
    private func slices(_ scratch: Scratch) throws -> [String] {
        let lines = try Fixtures.text("labels/klines-BTC-20251010.csv").split(separator: "\n")
        return try (0..<6).map { index in
            let rows = lines[(index * 60)..<((index + 1) * 60)].joined(separator: "\n")
            try scratch.file("\(index).csv", rows + "\n")
            return "\(index).csv"
        }
    }

    /// The hashes of `config list`, those active with a star.
    private func list(_ scratch: Scratch, _ words: String...) throws -> [String] {
        let rows = try json(scratch, ["config", "list", "--format", "json"] + Self.symbol + words)
        return try #require(rows.elements).map { row in
            let hash = String(row["config_hash"]?.text?.prefix(8) ?? "")
            return row["active"]?.int64 == 1 ? "\(hash)*" : hash
        }
    }

    @Test func updatesActivateWhatTheLayersSay() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        let slices = try slices(scratch)
        func update(_ index: Int, _ words: [String] = [], _ environment: [String: String] = [:])
            throws -> Int
        {
            let words = ["update", "--candles", slices[index]] + Self.symbol + words
            return try json(scratch, words, environment)["labellings"]?.elements?.count ?? 0
        }
        #expect(try update(0) == 1)
        #expect(try list(scratch) == ["57ddbc59*"])
        // Each source alone is enough; what is active already is not activated again.
        #expect(try update(1, ["--set", "take_profit_bps=20"]) == 2)
        try scratch.file("mechanic.toml", "take_profit_bps = 20.0 # the same")
        #expect(try update(2) == 2)
        #expect(try list(scratch) == ["57ddbc59*", "50d67d94*"])
        #expect(try update(3, [], ["MECHANIC_TAKE_PROFIT_BPS": "25"]) == 3)
        // A name is not concerned with the file.
        #expect(try update(4, ["--config", "scalp"]) == 3)
        #expect(try list(scratch).count == 3)
        #expect(try update(5, ["--config", "scalp", "--set", "take_profit_bps=20"]) == 3)
        #expect(try list(scratch, "--as-of", "1").isEmpty)
    }

    /// The other verbs that label or foretell take the same sources.
    @Test func backfillAndDeltaAskTheSameSources() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.file("mechanic.toml", "preset = 'scalp'\ntake_profit_bps = 21")
        let environment = ["MECHANIC_TAKE_PROFIT_BPS": "20"]
        let file = try slices(scratch)[0]
        let words = ["backfill", file, "--every", "1h"] + Self.symbol
        _ = try json(scratch, words, environment)
        #expect(try list(scratch) == ["50d67d94*"])
        let nothing = try json(scratch, ["delta"] + Self.symbol, environment)
        #expect(nothing["required"]?.text == "nothing")
        let relabel = try json(scratch, ["delta"] + Self.symbol)
        #expect(relabel["required"]?.text == "full_relabel")
        // It foretold, and changed nothing.
        #expect(try list(scratch) == ["50d67d94*"])
    }

    @Test func switchingThereAndBack() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        let slices = try slices(scratch)
        func labels() throws -> String {
            try scratch.run(["labels", "--config", "scalp"] + Self.symbol).output
        }
        for slice in slices[..<2] {
            try scratch.run(["update", "--candles", slice] + Self.symbol)
        }
        let before = try labels()
        try scratch.file("mine.toml", "take_profit_bps = 20")
        let only = try scratch.run(
            ["config", "activate", "mine.toml", "--only", "--format", "table"] + Self.symbol)
        #expect(
            only.output == """
                config hash  50d67d94787f65130a278752c7a9749bec71af45d49fbda0e57030e4379ba94f
                position     14

                """)
        let again = try json(
            scratch, ["config", "activate", "--set", "take_profit_bps=20.0"] + Self.symbol)
        #expect(again["changed"] == false)
        for slice in slices[2..<5] {
            try scratch.run(["update", "--candles", slice] + Self.symbol)
        }
        #expect(try labels() == before)
        #expect(try list(scratch) == ["57ddbc59", "50d67d94*"])
        let table = try scratch.run(["config", "list", "--format", "table"] + Self.symbol)
        #expect(
            table.output == """
                config_hash       labels_hash       preset  active  newest  since_position  since                        through
                57ddbc59d900ae1e  584ea1658875741c  scalp        0       0              13  2025-10-10T11:37:00.000004Z  2025-10-10T11:36:00Z
                50d67d94787f6513  be748791b4186fcd               1       1              14  2025-10-10T11:37:00.000005Z  2025-10-10T14:36:00Z

                """)
        // Back, by the beginning of its hash; then as if it had always been active.
        let back = try json(scratch, ["config", "activate", "57ddbc59", "--only"] + Self.symbol)
        #expect(back["changed"] == true)
        try scratch.run(["update", "--candles", slices[5]] + Self.symbol)
        let other = try Scratch()
        try other.makeStore()
        for slice in slices {
            let path = scratch.url(slice).path
            try other.run(["update", "--candles", path] + Self.symbol)
        }
        #expect(try labels() == other.run(["labels"] + Self.symbol).output)
        let recorded = try json(scratch, ["config", "show", "--origin"] + Self.symbol)
        #expect(recorded["config_hash"]?.text == Self.scalp)
        #expect(recorded["origins"]?["fees"]?.text?.hasPrefix("recorded at position ") == true)
        try expectSound(scratch)
    }

    @Test func deactivating() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        try scratch.run(["update", "--candles", try slices(scratch)[0]] + Self.symbol)
        let words = ["config", "deactivate", "scalp", "--format", "table"] + Self.symbol
        #expect(
            try scratch.run(words).output == """
                config hash  \(Self.scalp)
                position     9

                """)
        #expect(
            try scratch.run(words).output == """
                config hash       \(Self.scalp)
                position          9
                it is not active

                """)
        #expect(try list(scratch) == ["57ddbc59"])
        #expect(try list(scratch, "--as-of", "HEAD~1") == ["57ddbc59*"])
        let none = try scratch.run(["config", "show"] + Self.symbol)
        #expect(none.code == 66)
        let unknown = try scratch.run(["config", "deactivate", "ffff"] + Self.symbol)
        #expect(unknown.code == 66)
        try expectSound(scratch)
    }

    private func expectSound(_ scratch: Scratch) throws {
        let checked = try scratch.run("verify", "--recompute", "--deep")
        #expect(checked.code == 0, "\(checked.output)\(checked.messages)")
        #expect(try scratch.run("replay", "--check").code == 0)
    }

    /// Every variable that the sources read is known to be no leaf, or updates would refuse it.
    @Test func everyVariableOfTheProgramIsKnown() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let scratch = try Scratch()
        var names: Set<String> = []
        for folder in ["Sources/MechanicReplay", "tools"] {
            let files = FileManager.default.enumerator(
                at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
            for case let file as URL in try #require(files) {
                guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
                for match in text.matches(of: /(?:value\("|export |\$\{|^)(MECHANIC_[A-Z_]+)/) {
                    names.insert(String(match.1))
                }
            }
        }
        #expect(names.isSuperset(of: ["MECHANIC_STORE", "MECHANIC_LOG", "MECHANIC_KEY"]))
        let environment = Dictionary(uniqueKeysWithValues: names.map { ($0, "x") })
            .filter { !["MECHANIC_CONFIG", "MECHANIC_PRESET"].contains($0.key) }
        let hash = try scratch.run("config", "hash", environment: environment)
        #expect(hash.code == 0 && hash.messages == "")
    }

    /// A market whose configurations were all taken out rests: no default wakes it up.
    @Test func aMarketMayRest() throws {
        let scratch = try Scratch()
        try scratch.makeStore()
        let symbol = ["--symbol", "BTC/USDT:USDT"]
        try scratch.file("a.csv", SyntheticHistory.csv(minutes: 120))
        try scratch.run(["update", "--candles", "a.csv"] + symbol)
        #expect(try scratch.run(["config", "deactivate", "scalp"] + symbol).code == 0)
        try scratch.file(
            "b.csv", SyntheticHistory.csv(minutes: 60, start: SyntheticHistory.start + 7_200_000))
        #expect(
            try scratch.run(["delta", "--candles", "b.csv"] + symbol).json()["labellings"]
                == .array([]))
        let update = try scratch.run(["update", "--candles", "b.csv", "--format", "json"] + symbol)
        #expect(update.code == 0, "\(update.messages)")
        #expect(try update.json()["labellings"] == .array([]))
        let labels = try scratch.run(["labels"] + symbol)
        #expect(labels.code == 66)
        #expect(labels.messages.contains("has no active configuration as of position"))
        #expect(labels.messages.contains("there are labels by --config 584ea1658875741c"))
        #expect(try scratch.run(["labels", "--config", "scalp"] + symbol).code == 0)
    }
}
