import CanonicalJSON
import Digest
import Market
import Testing

struct LabelingConfigurationTests {
    private func read(_ text: String) throws -> LabelingConfiguration {
        try LabelingConfiguration(json: JSONValue(parsing: text))
    }

    @Test func leavesAreInTheOrderOfTheCanonicalText() throws {
        let names = ConfigurationLeaf.allCases.map(\.name)
        #expect(names == names.sorted())
        // Leaves of drift are younger: they are written only where they are not as before.
        var changed = LabelingConfiguration.scalp
        for (index, leaf) in ConfigurationLeaf.allCases.enumerated() where leaf.isOfDrift {
            guard let value = leaf.otherValue else { continue }
            let before = changed.hash
            changed = try LabelingConfiguration(
                json: .object([.init(leaf.name, value)]), base: changed)
            #expect(changed.hash != before, "\(index)")
        }
        for (configuration, isChanged) in [(LabelingConfiguration.scalp, false), (changed, true)] {
            let json = configuration.json
            let written = ConfigurationLeaf.allCases.filter {
                !$0.isOfDrift || (isChanged && $0.otherValue != nil)
            }
            #expect(json.members!.map(\.name) == written.map(\.name))
            for leaf in written { #expect(configuration[leaf] == json[leaf.name]) }
            #expect(configuration.labelsHash == LabelingConfiguration.scalp.labelsHash)
            #expect(try LabelingConfiguration(json: json) == configuration)
        }
    }

    /// Recorded by programs that had no leaves of drift.
    @Test func presetsKeepTheHashesThatStoresHold() {
        #expect(
            LabelingConfiguration.scalp.hash.hex.hasPrefix("57ddbc59d900ae1e")
                && LabelingConfiguration.scalp.labelsHash.hex.hasPrefix("584ea1658875741c"))
    }

    @Test func everyLeafChangesTheHash() throws {
        let base = LabelingConfiguration.scalp
        var hashes: Set<Hash256> = [base.hash]
        for leaf in ConfigurationLeaf.allCases {
            guard let value = leaf.otherValue else { continue }
            let changed = try LabelingConfiguration(json: .object([.init(leaf.name, value)]))
            #expect(hashes.insert(changed.hash).inserted, "\(leaf)")
            #expect((changed.labelsHash != base.labelsHash) == leaf.altersLabels, "\(leaf)")
            #expect(changed != base)
        }
        // Refused in a document for now, but part of the hash: labels do not depend on it.
        var shorter = base
        shorter.windowDays = 30
        #expect(hashes.insert(shorter.hash).inserted)
        #expect(shorter.labelsHash == base.labelsHash)
    }

    @Test func everyPartOfAFeeChangesTheHash() throws {
        let fee = #"{"exchange":"x","from":"2020-01-01","maker_bps":1,"taker_bps":2}"#
        let base = try read(#"{"fees":[\#(fee)]}"#)
        var hashes: Set<Hash256> = [base.hash]
        for (old, new) in [
            ("\"x\"", "\"y\""), ("01-01", "01-02"), ("_bps\":1", "_bps\":3"),
            ("_bps\":2", "_bps\":4"),
        ] {
            let changed = try read(#"{"fees":[\#(fee.replacing(old, with: new))]}"#)
            #expect(hashes.insert(changed.hash).inserted, "\(new)")
            #expect(changed.labelsHash != base.labelsHash)
        }
    }

    @Test func writingDoesNotChangeTheHash() throws {
        let base = LabelingConfiguration.scalp
        #expect(try read("{}").hash == base.hash)
        #expect(try read(#"{"take_profit_bps": 15}"#).hash == base.hash)
        #expect(try read(#"{"take_profit_bps": 15.0}"#).hash == base.hash)
        #expect(try read(#"{"take_profit_bps": 1.5e1}"#).hash == base.hash)
        #expect(try read(#"{"preset": "scalp"}"#).hash == base.hash)
        let members = base.json.members!
        let backwards = LabelingConfiguration.runner
        let read = try LabelingConfiguration(
            json: .object(members.reversed()), base: backwards)
        #expect(read == base)
        #expect(read.hash == base.hash)
    }

    @Test func feesInAnyOrder() throws {
        let fees = LabelingConfiguration.scalp.json["fees"]!.elements!
        let read = try LabelingConfiguration(
            json: .object([.init("fees", .array(fees.reversed()))]))
        #expect(read.hash == LabelingConfiguration.scalp.hash)
    }

    @Test func presetsReadBack() throws {
        for preset in LabelingConfiguration.presets {
            let configuration = preset.configuration
            #expect(try LabelingConfiguration(json: configuration.json) == configuration)
            #expect(try read(#"{"preset":"\#(preset.name)"}"#) == configuration)
        }
        #expect(LabelingConfiguration.scalp.hash != LabelingConfiguration.runner.hash)
        #expect(LabelingConfiguration.runner.timeoutMilliseconds == 604_800_000)
    }

    /// What the hash covers, spelled out: another implementation can compute it.
    @Test func theHashIsOfTheCanonicalText() {
        let text = LabelingConfiguration.scalp.json.canonicalText
        #expect(
            text.hasPrefix(#"{"ambiguity":"target_first","buffer":1.1,"cost_threshold_bps":0,"#))
        #expect(text.hasSuffix(#""timeout_minutes":30,"window_days":90}"#))
        #expect(SHA256().hash(Array(text.utf8)) == LabelingConfiguration.scalp.hash)
    }

    @Test(arguments: [
        ("{\"take_profit_bsp\":1}", "take_profit_bsp: unknown leaf; did you mean take_profit_bps?"),
        ("{\"windowdays\":1}", "windowdays: unknown leaf; did you mean window_days?"),
        ("{\"zzzzzz\":1}", "zzzzzz: unknown leaf: `mechanic-replay config show` lists them"),
        ("[]", "a configuration is a JSON object"),
        ("{\"preset\":\"swing\"}", "preset: expected one of scalp, runner"),
        ("{\"buffer\":\"1\"}", "buffer: expected a number"),
        ("{\"timeout_minutes\":1.5}", "timeout_minutes: expected a whole number"),
        ("{\"exchange\":\"\"}", "exchange: expected a text"),
        ("{\"ambiguity\":\"drop\"}", "ambiguity: expected one of target_first"),
        ("{\"label_algorithm\":2}", "label_algorithm: this program labels by rules 1 only"),
        ("{\"take_profit_bps\":0}", "take_profit_bps: must be above 0"),
        ("{\"stop_loss_bps\":10000}", "stop_loss_bps: must be in 0 … 10,000"),
        ("{\"window_days\":91}", "window_days: this program keeps windows of 90 days only"),
        (
            "{\"timeout_minutes\":128161}",
            "timeout_minutes: must be at least 1 and a day shorter than the window"
        ),
        (
            "{\"fees\":[{\"exchange\":\"x\"}]}",
            "fees[0]: from is missing"
        ),
        ("{\"fees\":[1]}", "fees[0]: expected exchange, from, maker_bps, taker_bps"),
        ("{\"fees\":[{\"form\":1}]}", "fees[0].form: unknown key; did you mean from?"),
        (
            "{\"fees\":[{\"buffer\":1}]}",
            "fees[0].buffer: is a leaf, no part of a fee; in TOML it stands above the first [[fees]]"
        ),
        (
            "{\"fees\":[{\"exchange\":\"x\",\"from\":\"2023-1-1\"}]}",
            "fees[0].from: expected a day such as 2023-01-01"
        ),
        ("{\"preset\":\"scapl\"}", "preset: expected one of scalp, runner; did you mean scalp?"),
        ("{\"presett\":\"scalp\"}", "presett: unknown leaf; did you mean preset?"),
    ])
    func mistakesAreNamed(text: String, message: String) {
        let error = #expect(throws: LabelingConfiguration.Invalid.self) { try read(text) }
        #expect(error?.description == message)
    }

    @Test func twoFeesOfOneDay() {
        let fee = #"{"exchange":"x","from":"2020-01-01","maker_bps":1,"taker_bps":2}"#
        let error = #expect(throws: LabelingConfiguration.Invalid.self) {
            try read(#"{"fees":[\#(fee),\#(fee)]}"#)
        }
        #expect(error?.description == "fees: two entries of x start on 2020-01-01")
    }

    @Test func feesByDate() {
        let fees = FeeSchedule.standard
        let change = UTCDay(year: 2_024, month: 7, day: 1).start
        #expect(fees.fee(exchange: "binance", at: change - 1, maker: false) == 8)
        #expect(fees.fee(exchange: "binance", at: change, maker: false) == 6)
        #expect(fees.fee(exchange: "binance", at: change, maker: true) == 2)
        #expect(fees.fee(exchange: "kraken", at: change, maker: true) == 4)
        #expect(fees.fee(exchange: "mtgox", at: change, maker: true) == 8)
        #expect(fees.fee(exchange: "binance", at: 0, maker: true) == 8)
    }
}
