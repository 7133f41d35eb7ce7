import CanonicalJSON
import Market
import Testing

/// Which of several sources decides a leaf.
struct ConfigurationSourcesTests {
    private static let file = """
        preset = "runner"
        take_profit_bps = 70
        stop_loss_bps = 35
        buffer = 1.3
        """

    private func sources(
        _ file: String? = nil, _ environment: [String: String] = [:], _ settings: [String] = []
    ) throws -> ConfigurationSources {
        try ConfigurationSources(
            file: try file.map {
                try ConfigurationFile(name: "mechanic.toml", bytes: Array($0.utf8))
            }, environment: environment, settings: settings)
    }

    @Test func nothingIsScalp() throws {
        let sources = try sources()
        #expect(sources.isEmpty)
        let effective = try sources.effective()
        #expect(effective.configuration == .scalp)
        for leaf in ConfigurationLeaf.allCases {
            #expect(effective.origin(of: leaf) == .preset("scalp"))
        }
        #expect(try self.sources("").isEmpty == false)
        #expect(try self.sources(nil, ["MECHANIC_STORE": "x", "MECHANIC_BUFFER": ""]).isEmpty)
        #expect(try self.sources(nil, ["MECHANIC_BUFFER": "1"]).isEmpty == false)
        #expect(try self.sources(nil, ["MECHANIC_PRESET": "scalp"]).isEmpty == false)
        #expect(try self.sources(nil, [:], ["buffer=1"]).isEmpty == false)
    }

    @Test func flagsComeBeforeEnvironmentBeforeFileBeforePreset() throws {
        let effective = try sources(
            Self.file, ["MECHANIC_STOP_LOSS_BPS": "30", "MECHANIC_BUFFER": "1.2"], ["buffer=1.1"]
        ).effective()
        #expect(effective.origin(of: .buffer) == .flag)
        #expect(effective.origin(of: .stopLossBps) == .environment("MECHANIC_STOP_LOSS_BPS"))
        #expect(effective.origin(of: .takeProfitBps) == .file("mechanic.toml:2"))
        #expect(effective.origin(of: .timeoutMinutes) == .preset("runner"))
        var expected = LabelingConfiguration.runner
        expected.buffer = 1.1
        expected.stopLossBps = 30
        expected.takeProfitBps = 70
        #expect(effective.configuration == expected)
        #expect(effective.configuration.hash == expected.hash)
    }

    @Test func aPresetLiesBelowAllLeaves() throws {
        let effective = try sources(Self.file, ["MECHANIC_PRESET": "scalp"]).effective()
        #expect(effective.origin(of: .timeoutMinutes) == .preset("scalp"))
        #expect(effective.configuration.timeoutMinutes == 30)
        #expect(effective.configuration.takeProfitBps == 70)
    }

    @Test func everyLeafCanBeSetButFees() throws {
        for leaf in ConfigurationLeaf.allCases {
            let value = leaf.otherValue ?? LabelingConfiguration.scalp[leaf]
            let text = value.text ?? value.canonicalText
            for sources in [
                try sources(nil, [leaf.variable: text]),
                try sources(nil, [:], ["\(leaf.name)=\(text)"]),
            ] {
                guard leaf != .fees else {
                    let error = #expect(throws: ConfigurationError.self) {
                        try sources.effective()
                    }
                    #expect(error?.description.hasSuffix("fees: is set in files only") == true)
                    continue
                }
                let effective = try sources.effective()
                #expect(effective.configuration[leaf] == value)
                #expect(effective.origin(of: leaf) != .preset("scalp"))
            }
        }
    }

    @Test func aNamedConfigurationTakesSettingsOnly() throws {
        let runner = LayeredConfiguration(LabelingConfiguration.presets[1])
        let adjusted = try sources(nil, [:], ["spread_bps=2"]).adjusted(runner)
        #expect(adjusted.configuration.spreadBps == 2 && adjusted.origin(of: .spreadBps) == .flag)
        #expect(adjusted.origin(of: .takeProfitBps) == .preset("runner"))
        let recorded = LayeredConfiguration(.scalp, recordedAt: 17)
        #expect(recorded.origin(of: .fees).description == "recorded at position 17")
    }

    @Test(arguments: [
        (
            ["MECHANIC_TAKE_PROFIT_BSP": "1"],
            "environment MECHANIC_TAKE_PROFIT_BSP: unknown; did you mean MECHANIC_TAKE_PROFIT_BPS? "
                + "Unset it if not"
        ),
        (
            ["MECHANIC_STOER": "x"],
            "environment MECHANIC_STOER: unknown; did you mean MECHANIC_STORE? Unset it if not"
        ),
        (
            ["MECHANIC_PRESET": "runer"],
            "environment MECHANIC_PRESET: expected one of scalp, runner; did you mean runner?"
        ),
        (
            ["MECHANIC_BUFFER": "0x1"],
            "environment MECHANIC_BUFFER: buffer: expected a number, found '0x1'"
        ),
        (["MECHANIC_BUFFER": "-1"], "environment MECHANIC_BUFFER: buffer: must be above 0"),
        (
            ["MECHANIC_TIMEOUT_MINUTES": "1.5"],
            "environment MECHANIC_TIMEOUT_MINUTES: timeout_minutes: expected a whole number"
        ),
        (["MECHANIC_FEES": "[]"], "environment MECHANIC_FEES: fees: is set in files only"),
    ])
    func mistakesInTheEnvironment(environment: [String: String], message: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try sources(nil, environment).effective()
        }
        #expect(error?.description == message)
        #expect(error?.source == .environment)
    }

    @Test(arguments: [
        (["buffer"], "--set buffer: expected leaf=value, such as take_profit_bps=20"),
        (["bufer=1"], "flag --set: bufer: unknown leaf; did you mean buffer?"),
        (["buffer=1", "buffer=1"], "flag --set: buffer: is set twice"),
        (["buffer="], "flag --set: buffer: expected a number, found ''"),
        (["exchange="], "flag --set: exchange: expected a text"),
        (["buffer=1e999"], "flag --set: buffer: must lie within ±1e12"),
        (
            ["preset=runner"],
            "--set preset=runner: a preset is no leaf; name it with --config, MECHANIC_PRESET or in "
                + "the project file"
        ),
    ])
    func mistakesInSettings(settings: [String], message: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try sources(nil, [:], settings).effective()
        }
        #expect(error?.description == message)
        #expect(error?.source == .flag)
    }

    @Test func variablesOfOthersAreIgnoredButTold() throws {
        let sources = try sources(
            nil, ["MECHANIC_BIN": "x", "MECHANIC_LOG": "debug", "MECHANIC_WORKSHOP": "y"])
        #expect(sources.ignoredVariables == ["MECHANIC_BIN", "MECHANIC_WORKSHOP"])
        #expect(sources.isEmpty)
    }
}
